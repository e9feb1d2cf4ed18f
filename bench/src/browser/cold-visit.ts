/** One first visit of the machine list: what came over the wire for it, and when its largest part was on the screen. */
import type { Page, Request } from '@playwright/test'
import { z } from 'zod'
import { until } from '../measure/started-program.ts'
import type { PanelBrowser } from './panel-browser.ts'

export interface ColdVisit {
  /** Bodies as they were transferred, of every script that the page fetched by itself until it was quiet. */
  scriptBytes: number
  scripts: number
  /** All bodies: page, scripts, styles, fonts, answers. */
  allBytes: number
  lcpMs: number
  /** Cumulative layout shift: how far things jumped while it loaded. */
  layoutShift: number
  /** Fonts, styles or scripts from anywhere but the panel. */
  foreign: string[]
}

const quietMs = 1_000
const entriesSchema = z.object({
  lcp: z.array(z.object({ startTime: z.number() })),
  shifts: z.array(z.object({ value: z.number(), hadRecentInput: z.boolean() })),
})

/** `rowName`: a machine that the list shows, by which it counts as there. */
export async function visitMachineList(browser: PanelBrowser, rowName: string): Promise<ColdVisit> {
  const context = await browser.visitor()
  try {
    const page = await context.newPage()
    const traffic = watchTraffic(page)
    await page.goto('/machines', { waitUntil: 'load' })
    await page.getByRole('link', { name: rowName, exact: true }).first().waitFor({ state: 'attached' })
    await until('the page is quiet', () => (performance.now() - traffic.lastAt() > quietMs ? true : undefined))
    const { lcp, shifts } = entriesSchema.parse(await page.evaluate(readEntries))
    const largest = lcp.at(-1)
    if (largest === undefined) throw new Error('Chromium told of no largest paint')
    return {
      ...(await traffic.sizes()),
      lcpMs: largest.startTime,
      layoutShift: shifts.reduce((all, { value, hadRecentInput }) => all + (hadRecentInput ? 0 : value), 0),
    }
  } finally {
    await context.close()
  }
}

function watchTraffic(page: Page) {
  const finished: Request[] = []
  const seen = { at: performance.now() }
  page.on('request', () => (seen.at = performance.now()))
  page.on('requestfinished', (request) => {
    seen.at = performance.now()
    finished.push(request)
  })
  return {
    lastAt: () => seen.at,
    async sizes() {
      let [scriptBytes, scripts, allBytes] = [0, 0, 0]
      const own = new URL(page.url()).origin
      for (const request of finished) {
        const { responseBodySize } = await request.sizes()
        allBytes += responseBodySize
        if (request.resourceType() !== 'script') continue
        scriptBytes += responseBodySize
        scripts += 1
      }
      const foreign = finished
        .map((request) => request.url())
        .filter((url) => !url.startsWith(own) && !/^(data|blob):/.test(url))
      return { scriptBytes, scripts, allBytes, foreign }
    },
  }
}

/** Runs in the page: what Chromium has noted so far, as plain values. */
async function readEntries(): Promise<{ lcp: unknown[]; shifts: unknown[] }> {
  const entriesOf = (type: string): Promise<unknown[]> =>
    new Promise((resolve) => {
      const noted: unknown[] = []
      const observer = new PerformanceObserver((list) =>
        noted.push(...list.getEntries().map((entry): unknown => entry.toJSON())),
      )
      observer.observe({ type, buffered: true })
      // Buffered entries come in a task of their own; what is not there after the next frames did not happen.
      requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(noted), 50)))
    })
  return { lcp: await entriesOf('largest-contentful-paint'), shifts: await entriesOf('layout-shift') }
}
