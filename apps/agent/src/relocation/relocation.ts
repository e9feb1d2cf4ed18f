/**
 * Brings disks of this host's machines into other pools of it, while they run and while they are off (README.md).
 *
 * It owns nothing: which pool has a disk is said by the machine's record, and what a killed agent left is found by it.
 * Invariants: the record says that a disk is on its way before its second file is made; it says the other pool only while both
 * files are the same and the guest's I/O waits; the file that is not the disk any more is gone when the record says so.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { AgentCommandOf, AgentResultOf } from '@berth/core/agent-contract/agent-commands'
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import type { DiskSpec } from '@berth/core/storage/volume'
import { formatBytes } from '@berth/core/units/bytes'
import type { Logger } from 'pino'
import type { MoveLimits } from '../migration/send-memory.ts'
import type { StepRun } from '../operations/step-runner.ts'
import { diskBlockdev } from '../qemu/argv-disks.ts'
import { addDiskNode } from '../qmp/commands/mirror-commands.ts'
import type { Storage } from '../storage/storage.ts'
import { diskNodeOf, otherNodeOf } from '../vm/disk-nodes.ts'
import type { MachineLauncher } from '../vm/machine-launcher.ts'
import type { Machine } from '../vm/machine.ts'
import { diskOf } from '../vm/qemu-config-of.ts'
import { openStanding } from '../vm/standing-machine.ts'
import type { VmActor } from '../vm/vm-actor.ts'
import type { VmRegistry } from '../vm/vm-registry.ts'
import { sightVolumes } from '../vm/volume-sightings.ts'
import { copyDisk, takeCopy, type PoolMirror } from './pool-mirror.ts'
import { withDiskIn } from './relocated-record.ts'
import { isSettled, settle } from './settle.ts'

export interface RelocationOptions {
  readonly machines: VmRegistry
  readonly launcher: MachineLauncher
  readonly storage: Storage
  readonly logger: Logger
  readonly limits: Partial<Pick<MoveLimits, 'noProgressMs' | 'noDiskGainMs'>> | undefined
}

type MoveCommand = AgentCommandOf<'volume.move'>

const defaults = { noProgressMs: 150_000, noDiskGainMs: 120_000 }
const settleAgainMs = 2_000

export class Relocation {
  readonly #options: RelocationOptions

  constructor(options: RelocationOptions) {
    this.#options = options
  }

  /**
   * Once machines were found again, and before any is started: what an agent before this one began is ended. Waits for those
   * that are off, whose files are all that is to be seen to; a QEMU may answer later.
   */
  async resume(): Promise<void> {
    const left = this.#options.machines.all().filter((actor) => !isSettled(actor))
    for (const actor of left.filter(({ hasProcess }) => hasProcess)) void this.#settleLate(actor)
    await Promise.all(left.filter(({ hasProcess }) => !hasProcess).map((actor) => this.#settleOrTell(actor)))
  }

  /** Idempotent. Throws as the command says. */
  async move(command: MoveCommand, run: StepRun): Promise<AgentResultOf<'volume.move'>> {
    const { machines, storage } = this.#options
    const actor = machines.target(command)
    await actor.carry('relocate', (signal) => this.#move(actor, command, { ...run, signal }), run.signal)
    await sightVolumes(actor, storage)
    const seen = await storage.volumes.observe(actor.vmId, requireDisk(actor, command.volumeId))
    if (seen === undefined) throw new AppError('POOL_UNAVAILABLE', `The pool "${command.toPool}" went away.`)
    return { virtualBytes: seen.virtualBytes, allocatedBytes: seen.allocatedBytes }
  }

  async #move(actor: VmActor, command: MoveCommand, run: StepRun): Promise<void> {
    const { storage } = this.#options
    await settle(actor, this.#options)
    const disk = requireDisk(actor, command.volumeId)
    if (disk.pool === command.toPool) return
    const target = { ...disk, pool: command.toPool }
    await this.#requireRoom(actor, disk, target)
    actor.publisher.change({
      relocating: { volumeId: disk.volumeId, fromPool: disk.pool, toPool: target.pool, keepsOld: command.keepsOld },
    })
    // A file that no record knows would stay for ever.
    await actor.publisher.saved()
    try {
      await storage.volumes.claim(actor.vmId, [target], actor.record.epoch)
      await storage.volumes.create(actor.vmId, emptied(target), run)
      await this.#copyAndSwitch(actor, { command, target, run })
    } catch (error) {
      await this.#settleOrTell(actor)
      if (actor.record.spec.disks.some((each) => each.volumeId === disk.volumeId && each.pool === target.pool)) return
      throw run.signal.aborted ? cancelled(error) : error
    }
    await this.#settleOrTell(actor)
  }

  /** What is in the way of it is known before anything is made. */
  async #requireRoom(actor: VmActor, disk: DiskSpec, target: DiskSpec): Promise<void> {
    const { storage } = this.#options
    await storage.requirePoolsOf({ disks: [disk, target] })
    const { source } = target
    if (isOverlay(target) && source.kind === 'image') {
      const image = await storage.images.inPool(source.imageId, target.pool)
      if (image === undefined)
        throw new AppError('IMAGE_NOT_FOUND', `The image that the disk lies on is not in the pool "${target.pool}".`)
    }
    const now = await storage.volumes.observe(actor.vmId, disk)
    if (now === undefined) throw new AppError('OBJECT_NOT_FOUND', `The disk's file is not in the pool "${disk.pool}".`)
    await storage.volumes.makeRoom(target.pool, now.allocatedBytes)
  }

  async #copyAndSwitch(
    actor: VmActor,
    { command, target, run }: { command: MoveCommand; target: DiskSpec; run: StepRun },
  ): Promise<void> {
    const { launcher } = this.#options
    if (actor.hasProcess) return this.#copyIn(actor, actor.requireMachine(), { command, target, run })
    await using standing = await openStanding(actor, { launcher, signal: run.signal })
    await this.#copyIn(actor, standing.machine, { command, target, run })
  }

  async #copyIn(
    actor: VmActor,
    machine: Machine,
    { command, target, run }: { command: MoveCommand; target: DiskSpec; run: StepRun },
  ): Promise<void> {
    const { limits } = this.#options
    const { noProgressMs, noDiskGainMs: noGainMs } = { ...defaults, ...limits }
    const { volumeId } = target
    const [node, copyNode] = [diskNodeOf(machine.run, volumeId), otherNodeOf(machine.run, volumeId)]
    const mirror = { machine, node, copyNode }
    await this.#openCopy(actor, { mirror, target })
    await copyDisk(mirror, {
      ...{ noProgressMs, noGainMs, signal: run.signal, bytesPerSecond: command.bandwidthBytesPerSecond },
      sync: isOverlay(target) ? 'top' : 'full',
      onProgress: (done, total) =>
        run.onProgress({
          share: total === 0 ? 0 : Math.min(1, done / total),
          text: `Copying the disk, ${formatBytes(done)} of ${formatBytes(total)}`,
        }),
    })
    await this.#switch(actor, { machine, mirror, target })
  }

  async #openCopy(actor: VmActor, { mirror, target }: { mirror: PoolMirror; target: DiskSpec }): Promise<void> {
    const { storage, launcher } = this.#options
    const user = launcher.userOf(actor.record.uid)
    if (user !== undefined) await storage.volumes.grant(actor.vmId, target, user)
    const qemuDisk = diskOf(
      {
        isDirect: (pool) => storage.hasDirectIo(pool),
        volumePath: (disk) => storage.volumes.path(actor.vmId, disk),
        imagePath: (imageId, pool) => storage.images.path(imageId, pool),
      },
      target,
      0,
    )
    try {
      await addDiskNode(mirror.machine.qmp, diskBlockdev(qemuDisk, mirror.copyNode))
    } catch (error) {
      if (!hasErrorCode(error, 'QMP_REFUSED')) throw error
      throw new AppError('MOVE_FAILED', `Its QEMU cannot open the disk in the other pool: ${error.message}`, {
        cause: error,
      })
    }
  }

  /** The guest's I/O waits from before the record changes until after it has: were both to die there, either file is the disk. */
  async #switch(
    actor: VmActor,
    { machine, mirror, target }: { machine: Machine; mirror: PoolMirror; target: DiskSpec },
  ): Promise<void> {
    const { publisher } = actor
    const [specBefore, runBefore] = [publisher.record.spec, publisher.record.run]
    const isOwnRun = runBefore !== null && runBefore.runId === machine.runId
    const moved = withDiskIn(publisher.record, { target, node: mirror.copyNode })
    publisher.change(isOwnRun ? moved : { spec: moved.spec })
    try {
      await publisher.saved()
      if (!(await takeCopy(mirror))) throw new AppError('MOVE_FAILED', 'QEMU did not go on with the copy.')
    } catch (error) {
      // A link that broke says nothing of what QEMU did: whoever settles it asks.
      if (hasErrorCode(error, 'QMP_INTERRUPTED', 'QMP_UNAVAILABLE', 'QMP_TIMEOUT')) throw error
      publisher.change({ spec: specBefore, run: runBefore })
      throw error
    }
    if (isOwnRun && moved.run !== null) machine.run = moved.run
  }

  /** What could not be cleared away now is tried again, also by the next agent. */
  async #settleOrTell(actor: VmActor): Promise<void> {
    try {
      await settle(actor, this.#options)
    } catch (error) {
      this.#options.logger.warn(
        { err: error, vmId: actor.vmId },
        'what a disk left in a pool could not be cleared away',
      )
      void this.#settleLate(actor)
    }
  }

  async #settleLate(actor: VmActor): Promise<void> {
    const { machines } = this.#options
    // One that was given to another host, or deleted, has nothing here to be settled.
    while (!isSettled(actor) && machines.get(actor.vmId) === actor) {
      await actor
        .carry('relocate', () => settle(actor, this.#options), new AbortController().signal)
        .catch((error: unknown) => this.#options.logger.debug({ err: error, vmId: actor.vmId }, 'not settled yet'))
      if (!isSettled(actor)) await pause(settleAgainMs, undefined, { ref: false })
    }
  }
}

const isOverlay = ({ source }: DiskSpec): boolean => source.kind === 'image' && source.mode === 'overlay'

/** Of a disk that stands alone only the size is made; the content comes. */
const emptied = (disk: DiskSpec): DiskSpec => (isOverlay(disk) ? disk : { ...disk, source: { kind: 'blank' } })

function requireDisk(actor: VmActor, volumeId: string): DiskSpec {
  const disk = actor.record.spec.disks.find((each) => each.volumeId === volumeId)
  if (disk !== undefined) return disk
  throw new AppError('OBJECT_NOT_FOUND', `The machine has no disk ${volumeId}.`)
}

const cancelled = (cause: unknown): AppError =>
  new AppError('OPERATION_CANCELLED', 'It was cancelled; the disk is where it was.', { cause })
