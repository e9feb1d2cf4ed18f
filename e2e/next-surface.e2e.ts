/** Pages without a session, by every way on which Next.js has let strangers in: nothing of what they would show comes out. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from './support/berth-test.ts'
import { repoRoot } from './support/berth-place.ts'
import { sessionCookie } from './support/browser-session.ts'
import { sendSurface, surfaceRequests } from './support/next-surface.ts'

const name = 'surface-secret-1'

test('no way of asking for a page shows a stranger what is on it', async ({ berth, machines }) => {
  const vmId = await machines.create({ name, start: false })
  const buildId = (await readFile(join(repoRoot, 'apps/web/.next/builds/current/BUILD_ID'), 'utf8')).trim()

  await test.step('signed in, the page has it: what is looked for below can be found', async () => {
    const headers = { cookie: await sessionCookie(berth) }
    const { status, body } = await sendSurface(berth.url, { method: 'GET', path: `/machines/${vmId}`, headers })
    expect(status).toBe(200)
    expect(body).toContain(name)
  })

  for (const asked of surfaceRequests(vmId, buildId)) {
    const about = `${asked.method} ${asked.path} ${JSON.stringify(asked.headers)}`
    const { status, location, body } = await sendSurface(berth.url, asked)
    expect(body, about).not.toContain(name)
    expect(body, about).not.toContain(berth.email)
    expect(status, about).toBeLessThan(500)
    // An open redirect would be as good as a leak.
    if (location !== undefined) expect(new URL(location, berth.url).origin, about).toBe(new URL(berth.url).origin)
  }
})
