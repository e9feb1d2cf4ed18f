/** Chromium as a person uses it: the panel's pages, signed in as the first administrator, each visit with a fresh profile. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium, type BrowserContext } from '@playwright/test'
import type { BerthWorld } from '../berth/berth-world.ts'

export interface PanelBrowser extends AsyncDisposable {
  /** A profile of its own: nothing cached, no connection open, and a session. The caller closes it. */
  visitor(): Promise<BrowserContext>
  readonly version: string
}

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path))
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run']
const silence = ['--disable-background-networking', '--disable-component-update', '--disable-sync']

/** Throws where the pages were not built: their absence would read as a very light page. */
export async function openPanelBrowser(berth: Pick<BerthWorld, 'dir' | 'panel'>): Promise<PanelBrowser> {
  const { origin } = berth.panel
  const readiness = await (await fetch(`${origin}/readyz`)).text()
  if (readiness !== 'ready\n') throw new Error(`the panel shows no pages: ${readiness.trim()}`)
  const cookies = await signIn(origin, join(berth.dir, 'data', 'initial-admin'))
  const browser = await chromium.launch({
    ...(program !== undefined && { executablePath: program }),
    args: [...flags, ...silence],
  })
  return {
    version: browser.version(),
    async visitor() {
      const context = await browser.newContext({ baseURL: origin, viewport: { width: 1440, height: 900 } })
      await context.addCookies(cookies)
      return context
    },
    [Symbol.asyncDispose]: () => browser.close(),
  }
}

async function signIn(origin: string, loginPath: string): Promise<{ name: string; value: string; url: string }[]> {
  const login = await readFile(loginPath, 'utf8')
  const line = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(login)?.[1] ?? ''
  const response = await fetch(`${origin}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ email: line('email'), password: line('password') }),
  })
  if (!response.ok) throw new Error(`sign-in: ${response.status}: ${await response.text()}`)
  return response.headers.getSetCookie().map((cookie) => {
    const [pair = ''] = cookie.split(';')
    const at = pair.indexOf('=')
    return { name: pair.slice(0, at), value: decodeURIComponent(pair.slice(at + 1)), url: origin }
  })
}
