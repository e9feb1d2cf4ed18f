/**
 * Makes the QEMU that waits for a machine, finds one again after a restart of the agent, and ends one with all that was
 * made for it. It stands (-S) and holds no lock on a disk: late-block-activate leaves them to the source until it runs.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { AgentCommandOf } from '@berth/core/agent-contract/agent-commands'
import { AppError } from '@berth/core/errors/app-error'
import { plainTransport } from '@berth/core/migration/move-transport'
import { newUuid } from '@berth/core/ids/ids'
import { FlightRecorder } from '../qmp/flight-recorder.ts'
import { queryStatus } from '../qmp/commands/lifecycle-commands.ts'
import { listenForMove, queryMigrate, setMoveKey } from '../qmp/commands/move-commands.ts'
import type { QmpClient } from '../qmp/qmp-client.ts'
import type { Storage } from '../storage/storage.ts'
import type { MachineLauncher } from '../vm/machine-launcher.ts'
import { Machine } from '../vm/machine.ts'
import type { VmStore } from '../vm/vm-store.ts'
import { openDiskDoor } from './disks/disk-door.ts'
import { discardFreight, makeFreight } from './disks/incoming-volumes.ts'
import { removeMoveKey, writeMoveKey } from './key-folder.ts'
import { recordOfIncoming } from './incoming-machine.ts'
import type { IncomingRecord } from './move-records.ts'
import type { MoveStore } from './move-store.ts'
import { layOutFile } from './file-freight.ts'
import { setUpTarget } from './set-up-qemu.ts'

export interface WaitingQemuOptions {
  launcher: MachineLauncher
  store: VmStore
  moves: MoveStore
  storage: Storage
  /** The address that QEMU binds. */
  listenHost: string
}

const portMs = 5_000
const lookMs = 10

/** Starts it and makes it listen. The record is on disk before each thing that it speaks of. Throws as a start does. */
export async function startWaiting(
  options: WaitingQemuOptions,
  asked: { incoming: IncomingRecord; command: AgentCommandOf<'move.prepare'>; signal: AbortSignal },
): Promise<{ incoming: IncomingRecord; machine: Machine }> {
  const { launcher, store, moves, storage } = options
  const { incoming, command, signal } = asked
  const { vmId, passport, uid } = incoming
  const listenHost = incoming.address ?? options.listenHost
  const folder = await store.prepareFolder(vmId)
  if (passport.seedDiscBytes !== null) await layOutFile(folder.seedDisc, passport.seedDiscBytes)
  await makeFreight(storage, incoming)
  const record = recordOfIncoming(incoming, { state: 'starting', run: null })
  const recorder = new FlightRecorder()
  const { hardware } = passport
  const machine = await launcher.launch({ record, runId: newUuid(), recorder, signal, incoming: { hardware } })
  const { qmp } = machine
  // Uptime counts from the guest's start, not from that of the process which takes it over.
  const run = { ...machine.run, startedAt: passport.startedAt }
  await moves.saveIncoming({ ...incoming, run })
  const keyDir = await writeMoveKey(launcher.paths(vmId), command.tlsKey, launcher.userOf(uid))
  const { transport = plainTransport, mayComeEarly = false } = command
  await setUpTarget(qmp, { transport, mayComeEarly })
  await setMoveKey(qmp, { dir: keyDir, endpoint: 'server' })
  const { disks: freight } = incoming
  const door = (await openDiskDoor(qmp, { spec: passport.spec, freight, keyDir, listenHost })) ?? null
  await listenForMove(qmp, { host: listenHost, port: 0 })
  const ready = { ...incoming, run, door, memory: { host: listenHost, port: await listeningPort(qmp) } }
  await moves.saveIncoming(ready)
  return { incoming: ready, machine: new Machine({ ...machine, run }) }
}

async function listeningPort(qmp: QmpClient): Promise<number> {
  const deadline = performance.now() + portMs
  for (;;) {
    const address = (await queryMigrate(qmp))['socket-address']?.find(({ type }) => type === 'inet')
    if (address !== undefined && 'port' in address) return Number(address.port)
    if (performance.now() > deadline) throw new AppError('MOVE_FAILED', 'QEMU does not say where it listens.')
    await pause(lookMs)
  }
}

/** Undefined when it is gone, or was not through with its start. Throws QMP_UNAVAILABLE while it does not answer. */
export async function findWaiting(
  { launcher }: WaitingQemuOptions,
  incoming: IncomingRecord,
): Promise<Machine | undefined> {
  const { run, memory, vmId } = incoming
  if (run === null || memory === null || run.bootId !== launcher.bootId) return undefined
  return launcher.adopt(vmId, run, new FlightRecorder())
}

/** Ends the process and removes what was made for it. Only for one that was never taken. Idempotent. */
export async function endWaiting(options: WaitingQemuOptions, incoming: IncomingRecord): Promise<void> {
  const { launcher, store, moves, storage } = options
  const { vmId, passport, run } = incoming
  await launcher.endStray(vmId)
  await launcher.clear({ vmId, spec: passport.spec, runId: run?.runId ?? 'incoming' })
  await removeMoveKey(launcher.paths(vmId))
  await discardFreight(storage, incoming)
  await store.remove(vmId)
  await moves.removeIncoming(vmId)
}

const unloaded: ReadonlySet<string> = new Set(['inmigrate', 'prelaunch'])
const loadedMs = 10_000

export async function isLoaded(qmp: QmpClient): Promise<boolean> {
  return !unloaded.has((await queryStatus(qmp)).status)
}

/**
 * Whether all has arrived. The source's QEMU says `completed` once this one has read the last byte, which is a moment before
 * this one leaves `inmigrate`. Throws QMP errors.
 */
export async function untilLoaded(qmp: QmpClient): Promise<boolean> {
  const deadline = performance.now() + loadedMs
  for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, 100)) {
    if (await isLoaded(qmp)) return true
    if (performance.now() > deadline) return false
    await pause(pauseMs)
  }
}
