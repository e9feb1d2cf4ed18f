/**
 * fleet-moves: 100 simulated hosts of 100 machines, and 200 moves asked for at once, of which the limits let a few go. While they
 * queue and run, machines are paused and resumed: from the moment at which the host's agent says that one changed to the frame in
 * which Chromium shows its row. The same without the moves is the peer.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { vmViewSchema } from '@berth/core/vm/vm-view'
import { z } from 'zod'
import { openFleetWorld } from './berth/fleet-world.ts'
import { openPanelBrowser } from './browser/panel-browser.ts'
import { watchRow } from './browser/row-watch.ts'
import { BenchReport } from './measure/bench-report.ts'
import { benchEnv } from './measure/env.ts'
import { quantile } from './measure/spread.ts'

const machineCount = benchEnv.machines(10_000)
const hosts = Math.min(100, Math.max(2, Math.round(machineCount / 100)))
const vmsPerHost = Math.round(machineCount / hosts)
const moveCount = Math.min(200, Math.round(machineCount / 4))
const changes = 24
const askAtOnce = 10
const mostMs = 150

const startedSchema = z.object({ operationId: z.string() })
const pageSchema = z.object({
  items: z.array(z.object({ vmId: z.string(), name: z.string(), state: z.string() })),
  nextCursor: z.string().nullable(),
})
const operationsSchema = z.object({ items: z.array(z.object({ operationId: z.string() })) })

const report = new BenchReport('fleet-moves')
await using fleet = await openFleetWorld({ hosts, vmsPerHost })
const { panel } = fleet

const first = await panel.query('vm.list', { limit: 20 }, pageSchema)
const shown = first.items.find(({ state }) => state === 'running')
if (shown === undefined) throw new Error('no machine runs on the first page')
await using browser = await openPanelBrowser(fleet)
const visitor = await browser.visitor()
const page = await visitor.newPage()
await page.goto('/machines')
await page.getByRole('link', { name: shown.name, exact: true }).first().waitFor()
await page.getByRole('status', { name: 'Live' }).waitFor()

/** The agent's own time of the change, on this same computer. */
async function change(index: number): Promise<number> {
  const [procedure, word] = index % 2 === 0 ? ['vm.pause', 'Paused'] : ['vm.resume', 'Running']
  const watch = await watchRow(page, { name: shown?.name ?? '', word })
  const { operationId } = await panel.mutate(procedure, { vmId: shown?.vmId }, startedSchema)
  const seenAt = await watch.seenAt
  await panel.operationEnd(operationId)
  const { stateSince } = await panel.query('vm.get', { vmId: shown?.vmId }, vmViewSchema)
  await delay(100 + Math.random() * 200)
  return seenAt - Date.parse(stateSince)
}

async function delays(): Promise<number[]> {
  const all: number[] = []
  for (let i = 0; i < changes; i++) all.push(await change(i))
  return all
}

/** Running machines from the far end of the list, so that none of them is the one that is watched. */
async function machinesToMove(): Promise<string[]> {
  const query = { limit: 100, filter: { query: 'state:running' }, sort: { by: 'name', direction: 'desc' } }
  const vmIds: string[] = []
  for (let cursor: string | null = null; vmIds.length < moveCount;) {
    const listed: z.infer<typeof pageSchema> = await panel.query(
      'vm.list',
      cursor === null ? query : { ...query, cursor },
      pageSchema,
    )
    vmIds.push(...listed.items.map(({ vmId }) => vmId).filter((vmId) => vmId !== shown?.vmId))
    cursor = listed.nextCursor
    if (cursor === null) break
  }
  return vmIds.slice(0, moveCount)
}

const quiet = await delays()
const vmIds = await machinesToMove()
const askedAt = performance.now()
for (let i = 0; i < vmIds.length; i += askAtOnce) {
  await Promise.all(
    vmIds
      .slice(i, i + askAtOnce)
      .map((vmId) => panel.mutate('vm.migrate', { vmId, targetHostId: null }, startedSchema)),
  )
}
const askedMs = performance.now() - askedAt
const busy = await delays()
const { items: pending } = await panel.query(
  'operation.list',
  { limit: 100, filter: { status: ['queued', 'running'] } },
  operationsSchema,
)
report.keep('delays', { quiet, busy })
report.keep('still moving or queued afterwards, 100 at most', pending.length)
if (pending.length === 0) throw new Error('the moves had all ended: nothing was measured under them')
const size = `${hosts} hosts × ${vmsPerHost}, ${moveCount} moves queued`
report.compare({
  case: `p95, an agent's change to the row in Chromium, ${size}; peer: no moves`,
  ...{ unit: 'ms', ours: [quantile(busy, 0.95)], peer: [quantile(quiet, 0.95)] },
  ...{ hold: `≤ ${mostMs} ms`, holds: (own) => own <= mostMs },
})
report.compare({
  ...{ case: `p50, the same`, unit: 'ms', ours: [quantile(busy, 0.5)], peer: [quantile(quiet, 0.5)] },
  ...{ hold: 'told', holds: () => true },
})
report.compare({
  ...{ case: `a move is asked for, of ${moveCount}`, unit: 'ms', ours: [askedMs / vmIds.length], peer: null },
  ...{ hold: 'told', holds: () => true },
})
await visitor.close()
await report.write()
