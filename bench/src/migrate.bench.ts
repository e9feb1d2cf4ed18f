/**
 * migrate: a running machine moved by Berth's agents against the same QMP commands by hand: same guest, same arguments, same
 * TLS, same link. What Berth does on top is what makes it safe: records on disk, the other host's word, the figures of the
 * flight deck. Both agents run in this process; the guests do not.
 */
import { copyFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { VmId } from '@berth/core/ids/ids'
import { moveLadders } from '@berth/core/migration/move-policy'
import { z } from 'zod'
import { runDirPaths } from '../../apps/agent/src/qemu/run-dir.ts'
import { sweepingDisc } from '../../apps/agent/src/testing/boot-disc.ts'
import type { TestHost } from '../../apps/agent/src/testing/test-host.ts'
import { SendStep, TwoHosts } from '../../apps/agent/src/testing/two-hosts.ts'
import { QmpWire } from './berth/qmp-wire.ts'
import { makeBenchFolder } from './measure/bench-folder.ts'
import { BenchReport } from './measure/bench-report.ts'
import { benchEnv } from './measure/env.ts'
import { runRounds } from './measure/rounds.ts'
import { moveByHand, PauseWatch, type TimedMove } from './peers/move-by-hand.ts'

const MiB = 1024 * 1024
const bootMs = 5_000
const policy = 'very-large'

interface Case {
  readonly name: string
  readonly memoryMiB: number
  readonly fillMiB: number
  readonly windowMiB: number
  readonly writesMiB: number
  readonly capMiB: number | null
}

const cases: readonly Case[] = [
  { name: 'idle, 512 MiB', memoryMiB: 512, fillMiB: 200, windowMiB: 1, writesMiB: 0.05, capMiB: null },
  { name: 'writes half of a 64 MiB/s link', memoryMiB: 256, fillMiB: 100, windowMiB: 80, writesMiB: 32, capMiB: 64 },
  { name: 'writes 0.9 of a 64 MiB/s link', memoryMiB: 256, fillMiB: 100, windowMiB: 80, writesMiB: 57.6, capMiB: 64 },
]

const report = new BenchReport('migrate')
const dir = await makeBenchFolder()
await using undo = new AsyncDisposableStack()
undo.defer(() => rm(dir, { recursive: true, force: true }))
const hosts = undo.use(await TwoHosts.open())
const commandLineSchema = z.object({ argv: z.array(z.string()) })

/** To and fro, so that each round finds it booted. */
interface Place {
  here: TestHost
  there: TestHost
  epoch: number
}

const bytesOf = (mebibytes: number | null): number | null => (mebibytes === null ? null : mebibytes * MiB)
const expertOf = (host: TestHost, vmId: VmId): string => runDirPaths(host.config.runDir, vmId).expertQmpSocket

/** Where the guest is in its window decides how much the first passes leave over: each move begins at another place. */
const anyPlaceMs = ({ windowMiB, writesMiB }: Case): number =>
  Math.random() * Math.min(2_000, (windowMiB / writesMiB) * 1_000)

async function moveByBerth(vmId: VmId, place: Place, capMiB: number | null): Promise<TimedMove> {
  const { here, there, epoch } = place
  const move = hosts.move(vmId, { vmEpoch: epoch, from: here, to: there })
  const listener = await hosts.prepare(move)
  const watch = new PauseWatch()
  using _source = await QmpWire.open(expertOf(here, vmId), 3, watch.hearSource)
  using _target = await QmpWire.open(expertOf(there, vmId), 3, watch.hearTarget)
  const options = { policy, bandwidthBytesPerSecond: bytesOf(capMiB) } as const
  const beganMs = performance.now()
  await hosts.sendBy(here.calls, { move, ...listener, options })
  const timed = await watch.timed(beganMs)
  // The source has forgotten it only then.
  const { status } = await new SendStep(move, 1).report()
  if (status !== 'succeeded') throw new Error(`the move by Berth ${status}`)
  Object.assign(place, { here: there, there: here, epoch: epoch + 1 })
  return timed
}

for (const one of cases) {
  const [fillBytes, windowBytes] = [one.fillMiB * MiB, one.windowMiB * MiB]
  const disc = sweepingDisc({ fillBytes, windowBytes, bytesPerSecond: one.writesMiB * MiB })
  const vmId = await hosts.startDisc(disc, { memoryBytes: one.memoryMiB * MiB })
  const place: Place = { here: hosts.source, there: hosts.target, epoch: 1 }
  const { argv } = commandLineSchema.parse(await hosts.source.calls.query('vm.commandLine', { vmId }))
  const [volume] = argv.join(' ').match(/(?<="filename":")[^"]+\.qcow2/) ?? []
  if (volume === undefined) throw new Error('the command line names no volume')
  await delay(bootMs)
  const byHand = async (): Promise<TimedMove> => {
    const own = join(dir, 'hand')
    await mkdir(own)
    const ownVolume = join(own, 'disk.qcow2')
    await copyFile(volume, ownVolume)
    const { dir: runDir } = runDirPaths(hosts.source.config.runDir, vmId)
    const how = { bootMs: bootMs + anyPlaceMs(one), capBytesPerSecond: bytesOf(one.capMiB), downtimeLimitMs }
    const timed = await moveByHand({ ...{ argv, runDir, volume, ownVolume, dir: own }, ...how })
    await rm(own, { recursive: true })
    return timed
  }
  const { firstDowntimeLimitMs: downtimeLimitMs } = moveLadders[policy]
  const runs = await runRounds(
    { ours: () => delay(anyPlaceMs(one)).then(() => moveByBerth(vmId, place, one.capMiB)), byHand },
    { warmups: 1, rounds: benchEnv.rounds(7) },
  )
  await place.here.run({ kind: 'vm.stop', vmId, vmEpoch: place.epoch })
  report.keep(one.name, runs)
  const times = (name: string, what: keyof TimedMove): number[] => (runs[name] ?? []).map((run) => run[what])
  report.compare({
    ...{ case: `${one.name}: in all`, unit: 'ms', ours: times('ours', 'totalMs'), peer: times('byHand', 'totalMs') },
    ...{ hold: '≤ 1.05×', holds: (_ours, _peer, ratio) => ratio <= 1.05 },
  })
  report.compare({
    ...{ case: `${one.name}: stands`, unit: 'ms', ours: times('ours', 'pauseMs'), peer: times('byHand', 'pauseMs') },
    ...{ hold: '≤ 10 ms more', holds: (ours, peer) => ours - peer <= 10 },
  })
}
await report.write()
