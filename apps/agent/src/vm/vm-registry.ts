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
import { pickUid, type UidRange } from '../qemu/qemu-user.ts'
import { writeSeedDisc } from '../storage/seed-disc.ts'
import { MachineListeners } from './machine-listeners.ts'
import type { MachineLauncher } from './machine-launcher.ts'
import type { Machine, RunningMachine } from './machine.ts'
import { VmActor } from './vm-actor.ts'
import { clockGeneration, VmPublisher, writtenAhead } from './vm-publisher.ts'
import type { VmRecord } from './vm-record.ts'
import type { VmStore } from './vm-store.ts'

export interface VmRegistryOptions {
  store: VmStore
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

export class VmRegistry {
  /** Add to it before machines are adopted. */
  readonly listeners: MachineListeners
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

  specs(): VmSpec[] {
    return this.all().map((actor) => actor.record.spec)
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

  /** Nothing to check for a machine that is not here (yet). Throws EPOCH_STALE. */
  checkEpoch({ vmId, vmEpoch }: Target): void {
    const epoch = this.#actors.get(vmId)?.record.epoch
    if (epoch === undefined || vmEpoch >= epoch) return
    const message = `The machine is at epoch ${epoch}; a command of epoch ${vmEpoch} is refused`
    throw new AppError('EPOCH_STALE', message, { details: { epoch, asked: vmEpoch } })
  }

  /** For records that were read from disk. */
  add(record: VmRecord): VmActor {
    const { store, launcher, logger, publish } = this.#options
    const publisher = new VmPublisher({
      ...{ record, store, logger },
      onChange: (vm) => publish({ kind: 'vm.observed', vm }),
    })
    const actor = new VmActor({ publisher, launcher, logger, listener: this.listeners })
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
    const kept = withoutPassword(spec)
    const fresh = { epoch: vmEpoch, specRevision: revision, spec: kept, desiredPower: spec.desiredPower }
    if (known !== undefined) {
      known.publisher.change(fresh)
      return known.publisher.saved()
    }
    const record = newRecord(vmId, this.#freeUid(), fresh)
    await store.save(writtenAhead(record))
    publish({ kind: 'vm.observed', vm: this.add(record).publisher.observation() })
  }

  /** Forgets a machine that is off, with its folder; its volumes are not touched. Idempotent. Throws as `target`. */
  async undefine(command: AgentCommandOf<'vm.undefine'>, signal: AbortSignal): Promise<void> {
    if (!this.#actors.has(command.vmId)) return
    const actor = this.target(command)
    const { store, launcher, publish } = this.#options
    const remove = async (): Promise<void> => {
      const { vmId, spec } = actor.record
      await launcher.clear({ vmId, spec, runId: 'last' })
      await actor.publisher.saved()
      this.listeners.machineRemoved(vmId)
      await store.remove(vmId)
      this.#actors.delete(vmId)
      const { epoch, generation } = actor.record
      publish({ kind: 'vm.removed', vmId, epoch, generation: generation + 1 })
    }
    await actor.undefine(remove, signal)
  }

  #freeUid(): number {
    return pickUid(machineUids, new Set(this.all().map((actor) => actor.record.uid)))
  }
}

function checkRevision(record: VmRecord, asked: { vmEpoch: number; revision: number }): void {
  if (asked.vmEpoch > record.epoch || asked.revision >= record.specRevision) return
  throw new AppError('REVISION_CONFLICT', `Revision ${asked.revision} is older than ${record.specRevision}.`, {
    details: { revision: record.specRevision, asked: asked.revision },
  })
}

function withoutPassword(spec: VmSpec): VmSpec {
  if (spec.cloudInit === null) return spec
  const { password: _secret, ...cloudInit } = spec.cloudInit
  return { ...spec, cloudInit }
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
})
