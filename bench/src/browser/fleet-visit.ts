/** A visit to the machine list of a fleet in Chromium, with nothing cached. */
import { z } from 'zod'
import { listPageSchema } from '../berth/fleet-list.ts'
import type { PanelClient } from '../berth/panel-calls.ts'
import { quantile } from '../measure/spread.ts'
import { typeAndTime } from './keystrokes.ts'
import type { PanelBrowser } from './panel-browser.ts'
import { watchRow } from './row-watch.ts'

export interface FleetVisit {
  readonly firstRowsMs: number
  /** p95 of the keys of two words in the filter box, each to its frame. */
  readonly keyMs: number
  /** From asking that a machine is paused to the frame that shows it. */
  readonly changedMs: number
}

/** A visit for each round; a first one is thrown away. */
export async function visitFleet(panel: PanelClient, browser: PanelBrowser, rounds: number): Promise<FleetVisit[]> {
  const visits: FleetVisit[] = []
  for (let round = -1; round < rounds; round++) {
    const visit = await visitOnce(panel, browser)
    if (round >= 0) visits.push(visit)
  }
  return visits
}

async function visitOnce(panel: PanelClient, browser: PanelBrowser): Promise<FleetVisit> {
  const visitor = await browser.visitor()
  try {
    const { items } = await panel.query('vm.list', { limit: 20 }, listPageSchema)
    const [first] = items
    const running = items.find(({ state }) => state === 'running')
    if (first === undefined || running === undefined) throw new Error('no machine runs on the first page')
    const page = await visitor.newPage()
    const beganAt = performance.now()
    await page.goto('/machines', { waitUntil: 'commit' })
    await page.getByRole('link', { name: first.name, exact: true }).first().waitFor()
    const firstRowsMs = performance.now() - beganAt
    await page.getByRole('status', { name: 'Live' }).waitFor()
    const watch = await watchRow(page, { name: running.name, word: 'Paused' })
    const askedAt = Date.now()
    await panel.mutate('vm.pause', { vmId: running.vmId }, z.object({ operationId: z.string() }))
    const changedMs = (await watch.seenAt) - askedAt
    await page.keyboard.press('/')
    const keyMs = quantile(await typeAndTime(page, 'worker prod'), 0.95)
    return { firstRowsMs, keyMs, changedMs }
  } finally {
    await visitor.close()
  }
}
