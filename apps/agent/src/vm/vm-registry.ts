/**
 * All machines of this host: their actors, found by id.
 *
 * Owner of its state: the map, and the user ids given to machines. Invariants: a machine is in the map once its record
 * is on disk, and leaves it once its folder is gone; a command with a lower epoch than the record's changes nothing.
 */
import type { AgentCommandOf } from '@berth/core/agent-contract/agent-commands'
import type { AgentEvent } from '@berth/core/agent-contract/agent-events'
import { AppError } from '@berth/core/errors/app-error'
import type { VmId } from '@berth/core/ids/ids'
import type { VmObservation } from '@berth/core/vm/vm-observation'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import type { Logger } from 'pino'
import type { MoveStore } from '../migration/move-store.ts'
import { pickUid, type UidRange } from '../qemu/qemu-user.ts'
import type { FlightRecorder } from '../qmp/flight-recorder.ts'
import { writeSeedDisc } from '../storage/seed-disc.ts'
import type { PoolUser } from '../storage/shared-pools.ts'
import { definedSpec } from './defined-spec.ts'
import { MachineListeners } from './machine-listeners.ts'
import type { MachineLauncher } from './machine-launcher.ts'
import type { Machine, RunningMachine } from './machine.ts'
import { VmActor } from './vm-actor.ts'
import { clockGeneration, VmPublisher, writtenAhead } from './vm-publisher.ts'
import type { VmRecord } from './vm-record.ts'
import type { VmStore } from './vm-store.ts'

export interface VmRegistryOptions {
  store: VmStore
  moves: MoveStore
  launcher: MachineLauncher
  publish: (event: AgentEvent) => void
  logger: Logger
}

type Target = Pick<AgentCommandOf<'vm.start'>, 'vmId' | 'vmEpoch'>

/**
 * A uid per machine, in a range that neither people nor containers use: systemd gives containers up to 1,879,048,191,
 * and above 2^31 old programs break.
 */
export const machineUids: UidRange = { first: 1_900_000_000, count: 100_000 }

/** What is kept for a machine that waits here to be taken: it is none of this host's yet. */
type Reserved = Pick<VmRecord, 'uid' | 'spec'>

export class VmRegistry {
  /** Add to it before machines are adopted. */
  readonly listeners: MachineListeners
  /** Kept by migration/move-in.ts: their images are in use, their users taken, their QEMUs no strangers. */
  readonly waiting = new Map<VmId, Reserved>()
  readonly #options: VmRegistryOptions
  readonly #actors = new Map<VmId, VmActor>()
  /** Defines of one machine go one after the other: each writes its seed disc. */
  #defining: Promise<unknown> = Promise.resolve()

  constructor(options: VmRegistryOptions) {
    this.#options = options
    this.listeners = new MachineListeners(options.logger)
  }

  get(vmId: VmId): VmActor | undefined {
    return this.#actors.get(vmId)
  }

  /** Throws VM_NOT_FOUND. */
  require(vmId: VmId): VmActor {
    const actor = this.#actors.get(vmId)
    if (actor === undefined) throw new AppError('VM_NOT_FOUND', `This host has no machine ${vmId}.`)
    return actor
  }

  all(): readonly VmActor[] {
    return [...this.#actors.values()]
  }

  observations(): VmObservation[] {
    return this.all().map((actor) => actor.publisher.observation())
  }

  /** Of all machines, those included that wait here to be taken. */
  specs(): VmSpec[] {
    return [...this.all().map((actor) => actor.record.spec), ...[...this.waiting.values()].map(({ spec }) => spec)]
  }

  /** By which pools are in use: of all machines, those included that a disk is on its way into. */
  poolUsers(): PoolUser[] {
    const onTheirWay = this.all().flatMap(({ record: { spec, relocating } }) =>
      relocating === null ? [] : [{ name: spec.name, disks: [{ pool: relocating.toPool }] }],
    )
    return [...this.specs(), ...onTheirWay]
  }

  /** Machines that are on. */
  running(): RunningMachine[] {
    return this.all().flatMap(({ machine }): Machine[] => (machine === undefined ? [] : [machine]))
  }

  /** The machine a command is for. Throws VM_NOT_FOUND, and EPOCH_STALE for an owner that was replaced. */
  target({ vmId, vmEpoch }: Target): VmActor {
    const actor = this.require(vmId)
    this.checkEpoch({ vmId, vmEpoch })
    if (vmEpoch > actor.record.epoch) actor.publisher.change({ epoch: vmEpoch })
    return actor
  }

  /**
   * Nothing to check for a machine that was never here. Throws EPOCH_STALE, also for one that left or was given away: its
   * disks in a shared pool are another host's to touch.
   */
  checkEpoch({ vmId, vmEpoch }: Target): void {
    const record = this.#actors.get(vmId)?.record
    if (record !== undefined && record.given !== null)
      throw new AppError('EPOCH_STALE', 'The machine was given to another host; nothing is done to it here.')
    const epoch = record?.epoch ?? this.#options.moves.moved(vmId)?.epoch
    if (epoch === undefined || vmEpoch >= epoch) return
    const message = `The machine is at epoch ${epoch}; a command of epoch ${vmEpoch} is refused`
    throw new AppError('EPOCH_STALE', message, { details: { epoch, asked: vmEpoch } })
  }

  /** For records that are on disk. `recorder`: what was said to its QEMU before it was this host's. */
  add(record: VmRecord, recorder?: FlightRecorder): VmActor {
    const { store, launcher, logger, publish } = this.#options
    const publisher = new VmPublisher({
      ...{ record, store, logger },
      onChange: (vm) => publish({ kind: 'vm.observed', vm }),
    })
    const actor = new VmActor({ publisher, launcher, logger, recorder, listener: this.listeners })
    this.#actors.set(record.vmId, actor)
    return actor
  }

  /** For the end of the agent; resolves when all records are on disk. */
  async letGo(): Promise<void> {
    await Promise.all(this.all().map((actor) => actor.letGo()))
  }

  /** Makes the machine known, or gives it a newer spec. Throws EPOCH_STALE, REVISION_CONFLICT, VM_BUSY, HOST_CAPACITY. */
  async define(command: AgentCommandOf<'vm.define'>): Promise<void> {
    const turn = this.#defining.then(
      () => this.#define(command),
      () => this.#define(command),
    )
    this.#defining = turn.catch(() => undefined)
    await turn
  }

  async #define({ vmId, vmEpoch, revision, spec }: AgentCommandOf<'vm.define'>): Promise<void> {
    const { store, publish } = this.#options
    this.checkEpoch({ vmId, vmEpoch })
    const known = this.#actors.get(vmId)
    if (known !== undefined) checkRevision(known.record, { vmEpoch, revision })
    if (known?.busyWith === 'undefine') throw new AppError('VM_BUSY', 'The machine is being removed.')
    const folder = await store.prepareFolder(vmId)
    const { cloudInit } = spec
    if (cloudInit !== null) await writeSeedDisc(folder.seedDisc, { vmId, hostname: spec.name, cloudInit })
    const kept = definedSpec(spec, known?.record.spec)
    const fresh = { epoch: vmEpoch, specRevision: revision, spec: kept, desiredPower: spec.desiredPower }
    if (known !== undefined) {
      known.publisher.change(fresh)
      return known.publisher.saved()
    }
    const record = newRecord(vmId, this.freeUid(), fresh)
    await store.save(writtenAhead(record))
    publish({ kind: 'vm.observed', vm: this.add(record).publisher.observation() })
  }

  /** Forgets a machine that is off, with its folder; its volumes are not touched. Idempotent. Throws as `target`. */
  async undefine(command: AgentCommandOf<'vm.undefine'>, signal: AbortSignal): Promise<void> {
    if (!this.#actors.has(command.vmId)) return
    const actor = this.target(command)
    await actor.undefine(() => this.#remove(actor), signal)
  }

  /** For a machine that another host has: nothing of it stays here but its volumes in their pool. */
  async forget(actor: VmActor): Promise<void> {
    await this.#remove(actor)
  }

  async #remove(actor: VmActor): Promise<void> {
    const { store, launcher, moves, publish } = this.#options
    const { vmId, spec, taken } = actor.record
    await launcher.clear({ vmId, spec, runId: 'last' })
    await actor.publisher.saved()
    // Its record says that it was taken; who asks again after that is gone must hear the same.
    if (taken !== null) await moves.saveVerdict({ moveId: taken.moveId, vmId, status: 'taken', reason: '' })
    this.listeners.machineRemoved(vmId)
    await store.remove(vmId)
    this.#actors.delete(vmId)
    const { epoch, generation } = actor.record
    publish({ kind: 'vm.removed', vmId, epoch, generation: generation + 1 })
  }

  /** For a machine that is new here. Throws HOST_CAPACITY. */
  freeUid(): number {
    const taken = [...this.all().map(({ record }) => record.uid), ...[...this.waiting.values()].map(({ uid }) => uid)]
    return pickUid(machineUids, new Set(taken))
  }
}

function checkRevision(record: VmRecord, asked: { vmEpoch: number; revision: number }): void {
  if (asked.vmEpoch > record.epoch || asked.revision >= record.specRevision) return
  throw new AppError('REVISION_CONFLICT', `Revision ${asked.revision} is older than ${record.specRevision}.`, {
    details: { revision: record.specRevision, asked: asked.revision },
  })
}

type Defined = Pick<VmRecord, 'epoch' | 'specRevision' | 'spec' | 'desiredPower'>

const newRecord = (vmId: VmId, uid: number, defined: Defined): VmRecord => ({
  ...defined,
  version: 1,
  vmId,
  uid,
  // Not 1: it may have been here before, and a panel that was away then remembers that one's.
  generation: clockGeneration(),
  state: 'stopped',
  stateSince: new Date().toISOString(),
  pauseReason: null,
  run: null,
  lastExit: null,
  autostartBootId: null,
  sending: null,
  given: null,
  taken: null,
  relocating: null,
})
