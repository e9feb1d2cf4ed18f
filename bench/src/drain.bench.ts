/**
 * drain: a host of a lab with 20 small machines that run is emptied onto two others, in a pool that all of them see; two moves at a
 * time leave a host. Its peer is what the moves themselves took by their QEMUs' own time, two at a time: what is on top is plan, rows,
 * tasks, preparing and clearing away.
 */
import { moveViewSchema } from '@berth/core/migration/move-view'
import { drainViewSchema } from '@berth/core/maintenance/drain'
import { z } from 'zod'
import { openLabWorld, tookMs } from './berth/lab-world.ts'
import { BenchReport } from './measure/bench-report.ts'
import { benchEnv } from './measure/env.ts'

/** Of a host, as the panel's own limit is. */
const atOnce = 2
const mostMs = 420_000
const count = Math.min(20, benchEnv.machines(20))
const startedSchema = z.object({ operationId: z.string() })

if (process.getuid?.() !== 0) throw new Error('the lab of hosts needs root')
const report = new BenchReport('drain')
await using lab = await openLabWorld(3)
const { panel } = lab
const hostId = lab.hostIds.get('host-1') ?? ''
await lab.createMachines(hostId, count)
const { operationId } = await panel.mutate('maintenance.start', { hostId }, startedSchema)
const drained = await panel.operationEnd(operationId, 100, mostMs)
const drain = await panel.query('maintenance.get', { hostId }, drainViewSchema)
const left = drain.items.filter(({ state }) => state !== 'moved')
if (left.length > 0) throw new Error(`${left.length} machines were not moved: ${left[0]?.reason ?? ''}`)
const moves = await Promise.all(
  drain.items.map(({ operationId: moveId }) => panel.query('operation.move', { operationId: moveId }, moveViewSchema)),
)
const sentMs = moves.map(({ report: each }) => each?.totalMs ?? Number.NaN)
const pauses = moves.map(({ report: each }) => each?.pauseMs ?? Number.NaN)
report.keep('moves', { sentMs, pauses })
report.compare({
  case: `${count} machines of 128 MiB to two hosts, two at a time; peer: QEMU's own time of the moves`,
  ...{ unit: 's', ours: [tookMs(drained) / 1_000] },
  peer: [sentMs.reduce((sum, each) => sum + each, 0) / atOnce / 1_000],
  ...{ hold: 'told', holds: () => true },
})
report.compare({
  ...{ case: 'a machine stands still, the median of them', unit: 'ms', ours: pauses, peer: null },
  ...{ hold: 'told', holds: () => true },
})
await report.write()
