/**
 * The target's side of a move: keeps a QEMU that waits, and takes the machine when its owner gives it. The diagram of both
 * sides is in README.md.
 *
 * Owner of its state: the QEMUs that wait. Invariants: what waits is no machine, is not shown, and never runs; a machine is
 * this host's once its record is on disk, and `cont` comes after that; a refusal is on disk, and the QEMU that waited has
 * ended, before it is said; what was answered to a move is answered to it ever after. All that is asked of one machine
 * goes one after the other.
 */
import type { AgentCommandOf, AgentResultOf } from '@berth/core/agent-contract/agent-commands'
import type {
  MoveFile,
  MoveListener,
  MoveRecoverRequest,
  MoveTakeAnswer,
  MoveTakeRequest,
} from '@berth/core/agent-contract/move-commands'
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import type { HostCheck } from '@berth/core/host/host'
import type { HostId, VmId } from '@berth/core/ids/ids'
import type { Logger } from 'pino'
import { watchEnd } from '../qemu/qemu-process.ts'
import type { Machine } from '../vm/machine.ts'
import { writtenAhead } from '../vm/vm-publisher.ts'
import type { VmActor } from '../vm/vm-actor.ts'
import type { VmRegistry } from '../vm/vm-registry.ts'
import { sightVolumes } from '../vm/volume-sightings.ts'
import { EarlyArrivals, listenForRest } from './early-arrivals.ts'
import { shutDiskDoor } from './disks/disk-door.ts'
import { unpackFile } from './file-freight.ts'
import { recordOfTaken } from './incoming-machine.ts'
import { removeMoveKey, sweepMoveKeys } from './key-folder.ts'
import type { IncomingRecord } from './move-records.ts'
import { checkSource } from './move-token.ts'
import { planIncoming, type TargetHost } from './plan-incoming.ts'
import { takeOffMachine } from './take-off-machine.ts'
import {
  endWaiting,
  findWaiting,
  isLoaded,
  startWaiting,
  untilLoaded,
  type WaitingQemuOptions,
} from './waiting-qemu.ts'

export interface MoveInOptions extends WaitingQemuOptions {
  machines: VmRegistry
  host: TargetHost
  runRoot: string
  /** Where other hosts reach this one. */
  reachableAs: (signal: AbortSignal) => Promise<string>
  logger: Logger
}

export interface Waiting {
  readonly incoming: IncomingRecord
  /** Undefined while it does not answer: an agent before this one made it. */
  machine: Machine | undefined
  /** When its source was heard of last, by the monotonic clock. */
  heardAtMs: number
}

/** A question of another host's agent, whose id its certificate says. */
type Asked<T> = T & { readonly peer: HostId }

export class MoveIn {
  readonly #options: MoveInOptions
  readonly #waiting = new Map<VmId, Waiting>()
  readonly #turns = new Map<VmId, Promise<unknown>>()
  readonly #closing = new AbortController()
  readonly #arrivals: EarlyArrivals

  constructor(options: MoveInOptions) {
    this.#options = options
    this.#arrivals = new EarlyArrivals(options)
  }

  /** Finds what waits again after a restart; before anything is swept. */
  async open(): Promise<void> {
    for (const incoming of this.#options.moves.incoming()) {
      // Taken, and the agent died before it removed this.
      const isTaken = await this.#options.store.has(incoming.vmId)
      if (!isTaken) await this.#findAgain(incoming)
      else if (incoming.hasComeEarly !== true) await this.#options.moves.removeIncoming(incoming.vmId)
    }
    const { launcher, runRoot } = this.#options
    await sweepMoveKeys(
      runRoot,
      this.#options.moves.incoming().map(({ vmId }) => launcher.paths(vmId)),
    )
  }

  /** After machines were adopted: those that were taken and did not run yet are made to. */
  async resume(): Promise<void> {
    const { machines, logger } = this.#options
    for (const incoming of this.#options.moves.incoming())
      if (incoming.hasComeEarly === true) this.#arrivals.watch(incoming)
    for (const actor of machines.all()) {
      await this.#runTaken(actor).catch((error: unknown) =>
        logger.error({ err: error, vmId: actor.vmId }, 'a machine that was taken does not run'),
      )
    }
  }

  all(): readonly Waiting[] {
    return [...this.#waiting.values()]
  }

  /** What waits for the machine; that its source has asked is heard. */
  hear(vmId: VmId, peer: HostId | null): IncomingRecord | undefined {
    const waiting = this.#waiting.get(vmId)
    if (waiting !== undefined && waiting.incoming.sourceHostId === peer) waiting.heardAtMs = performance.now()
    return waiting?.incoming
  }

  /** Listens anew for the rest of one that came early. Throws OBJECT_NOT_FOUND once its process is gone, PERMISSION_DENIED, QMP errors. */
  async recover(asked: Asked<MoveRecoverRequest>): Promise<MoveListener> {
    const { vmId, moveId } = asked
    const waiting = this.#waiting.get(vmId)
    const incoming = waiting?.incoming ?? this.#options.moves.incoming().find((one) => one.vmId === vmId)
    if (incoming?.moveId !== moveId)
      throw new AppError('OBJECT_NOT_FOUND', 'Nothing of that machine is waited for here (any more).')
    checkSource(incoming, asked)
    const machine = waiting ? await this.#machineOf(waiting) : await this.#arrivals.machineOf(vmId)
    if (machine === undefined) throw new AppError('OBJECT_NOT_FOUND', "The machine's process here has ended.")
    const port = await listenForRest(machine.qmp, incoming.address ?? this.#options.listenHost)
    return { memory: { host: await this.#hostOf(incoming, this.#closing.signal), port } }
  }

  /** Where its source finds what waits. */
  async #hostOf({ address }: IncomingRecord, signal: AbortSignal): Promise<string> {
    return address ?? this.#options.reachableAs(signal)
  }

  /** Machines here whose memory still comes, and does not. */
  arrivalChecks(): HostCheck[] {
    return this.#arrivals.checks()
  }

  close(): void {
    this.#closing.abort()
    this.#arrivals.close()
    for (const { machine } of this.#waiting.values()) machine?.qmp.close()
  }

  /** Idempotent by the move's id. Throws VM_STATE_CONFLICT, VM_BUSY, MOVE_REFUSED_BY_TARGET, and what a start throws. */
  prepare(command: AgentCommandOf<'move.prepare'>, signal: AbortSignal): Promise<AgentResultOf<'move.prepare'>> {
    return this.#inTurn(command.vmId, async () => {
      const { incoming } = await this.#prepared(command, signal)
      const { memory, door } = incoming
      if (memory === null) throw new AppError('MOVE_FAILED', 'The waiting QEMU does not listen.')
      const host = await this.#hostOf(incoming, signal)
      return { memory: { host, port: memory.port }, ...(door && { disks: { host, port: door.port } }) }
    })
  }

  /** Fills a file that the waiting QEMU has open. Throws PERMISSION_DENIED, OBJECT_NOT_FOUND, INPUT_INVALID. */
  bringFile(asked: Asked<MoveFile>): Promise<void> {
    return this.#inTurn(asked.vmId, async () => {
      const waiting = this.#waiting.get(asked.vmId)
      if (waiting?.incoming.moveId !== asked.moveId)
        throw new AppError('OBJECT_NOT_FOUND', 'Nothing waits here for that machine under this move.')
      checkSource(waiting.incoming, asked)
      const { seedDisc, nvram } = this.#options.store.folder(asked.vmId)
      await unpackFile(asked.file === 'seed' ? seedDisc : nvram, asked.contentGzip)
    })
  }

  /** Throws PERMISSION_DENIED, INPUT_INVALID, and QMP errors while QEMU does not answer: then it is asked again. */
  take(asked: Asked<MoveTakeRequest>): Promise<MoveTakeAnswer> {
    return this.#inTurn(asked.vmId, () => this.#take(asked))
  }

  /** Nothing for a machine that was taken, or of which nothing waits. */
  abandon({ vmId, moveId, isRehearsal = false }: AgentCommandOf<'move.abandon'>): Promise<void> {
    return this.#inTurn(vmId, async () => {
      const waiting = this.#waiting.get(vmId)
      if (isRehearsal) return waiting?.incoming.moveId === moveId ? this.#end(waiting) : undefined
      const { machines, moves } = this.#options
      if (machines.get(vmId)?.record.taken?.moveId === moveId || moves.verdict(moveId)?.status === 'taken') return
      await this.#refuse({ vmId, moveId }, 'the move was abandoned')
    })
  }

  /** Ends one that nobody will come for; see tidy-waiting.ts. */
  drop(vmId: VmId, isStill: (waiting: Waiting) => Promise<boolean>): Promise<void> {
    return this.#inTurn(vmId, async () => {
      const waiting = this.#waiting.get(vmId)
      if (waiting !== undefined && (await isStill(waiting))) await this.#end(waiting)
    })
  }

  async #prepared(command: AgentCommandOf<'move.prepare'>, signal: AbortSignal): Promise<Waiting> {
    const { vmId, moveId } = command
    const { machines, moves, host } = this.#options
    if (moves.verdict(moveId) !== undefined)
      throw new AppError('MOVE_REFUSED_BY_TARGET', 'This host has refused or taken this move before.')
    if (machines.get(vmId) !== undefined) throw new AppError('VM_STATE_CONFLICT', 'This host has the machine already.')
    const before = this.#waiting.get(vmId)
    if (before?.incoming.moveId === moveId) return before
    if (before !== undefined) throw new AppError('VM_BUSY', 'Another move of the machine to this host is under way.')
    const incoming = await planIncoming(command, { host, uid: machines.freeUid() })
    await moves.saveIncoming(incoming)
    machines.waiting.set(vmId, { uid: incoming.uid, spec: incoming.passport.spec })
    try {
      return this.#keep(await startWaiting(this.#options, { incoming, command, signal }))
    } catch (error) {
      await this.#clearAway(incoming)
      throw error
    }
  }

  #keep({ incoming, machine }: { incoming: IncomingRecord; machine: Machine | undefined }): Waiting {
    const { vmId, uid, passport } = incoming
    const waiting: Waiting = { incoming, machine, heardAtMs: performance.now() }
    this.#waiting.set(vmId, waiting)
    this.#options.machines.waiting.set(vmId, { uid, spec: passport.spec })
    if (machine !== undefined) void this.#follow(waiting, machine)
    return waiting
  }

  async #findAgain(incoming: IncomingRecord): Promise<void> {
    const { logger } = this.#options
    const { vmId, moveId } = incoming
    try {
      const machine = await findWaiting(this.#options, incoming)
      logger.info({ vmId, moveId, isThere: machine !== undefined }, 'a QEMU that waits for a machine')
      if (machine === undefined) await this.#clearAway(incoming)
      else this.#keep({ incoming, machine })
    } catch (error) {
      logger.error({ err: error, vmId, moveId }, 'a QEMU that waits does not answer; it is kept')
      this.#keep({ incoming, machine: undefined })
    }
  }

  /** A waiting QEMU ends by itself when its source gives up: then there is nothing to be taken any more. */
  async #follow(waiting: Waiting, machine: Machine): Promise<void> {
    const { vmId, moveId } = waiting.incoming
    const isStill = (): boolean => this.#waiting.get(vmId) === waiting && waiting.machine === machine
    try {
      const end = await watchEnd(machine.qemu, machine.paths)
      if (this.#closing.signal.aborted || !isStill()) return
      if (end.kind === 'linkLost') waiting.machine = undefined
      else await this.#inTurn(vmId, async () => (isStill() ? this.#end(waiting) : undefined))
    } catch (error) {
      // Nobody asked for it, so nobody hears of it: it is shown as waiting, and ended by its source or the agent's next start.
      this.#options.logger.error({ err: error, vmId, moveId }, 'what waited for a machine could not be removed')
    }
  }

  async #take(asked: Asked<MoveTakeRequest>): Promise<MoveTakeAnswer> {
    const { vmId, moveId } = asked
    const { machines, moves } = this.#options
    const actor = machines.get(vmId)
    if (actor?.record.taken?.moveId === moveId) {
      await this.#runTaken(actor)
      return { status: 'taken' }
    }
    const verdict = moves.verdict(moveId)
    if (verdict?.status === 'taken') return { status: 'taken' }
    if (verdict !== undefined) return { status: 'refused', reason: verdict.reason }
    const waiting = this.#waiting.get(vmId)
    if (waiting?.incoming.moveId !== moveId) return this.#refuse(asked, 'nothing waits here for it (any more)')
    checkSource(waiting.incoming, asked)
    if (asked.epoch !== waiting.incoming.epoch)
      throw new AppError('INPUT_INVALID', `Epoch ${waiting.incoming.epoch} was prepared, ${asked.epoch} is given.`)
    if (waiting.incoming.isRehearsal === true) return this.#refuse(asked, 'it was only to be rehearsed')
    const machine = await this.#machineOf(waiting)
    if (machine === undefined) return this.#refuse(asked, 'the QEMU that waited for it has ended')
    if (waiting.incoming.passport.isOff === true) {
      // It was started in between: its memory came, and would be lost.
      if (asked.isRunning || (await isLoaded(machine.qmp)))
        return this.#refuse(asked, 'it was prepared as a machine that is off')
      return this.#acceptOff(waiting, machine)
    }
    const { isRunning, comesEarly = false } = asked
    if (!(await untilLoaded(machine.qmp))) {
      // Its QEMU ends by itself once nothing can come any more; until then the source asks again.
      if (comesEarly) throw new AppError('MOVE_FAILED', 'Its devices have not come yet.')
      return this.#refuse(asked, 'its memory has not arrived')
    }
    // Nobody writes to its disks any more: its source has ended that before it gave the machine.
    if (waiting.incoming.disks.length > 0) await shutDiskDoor(machine.qmp)
    return this.#accept(waiting, { machine, isRunning, comesEarly })
  }

  /** Undefined when it is gone. Throws QMP_UNAVAILABLE while it does not answer. */
  async #machineOf(waiting: Waiting): Promise<Machine | undefined> {
    if (waiting.machine?.qmp.state === 'running') return waiting.machine
    const machine = await findWaiting(this.#options, waiting.incoming)
    waiting.machine = machine
    if (machine !== undefined) void this.#follow(waiting, machine)
    return machine
  }

  async #acceptOff({ incoming }: Waiting, machine: Machine): Promise<MoveTakeAnswer> {
    const { machines, moves, launcher, storage, logger } = this.#options
    const { vmId, moveId, epoch } = incoming
    const actor = await takeOffMachine(this.#options, { incoming, machine })
    this.#waiting.delete(vmId)
    machines.waiting.delete(vmId)
    logger.info({ vmId, moveId, epoch }, 'a machine that is off was taken')
    const leftovers = [moves.removeIncoming(vmId), moves.forgetMoved(vmId), removeMoveKey(launcher.paths(vmId))]
    Promise.all([...leftovers, sightVolumes(actor, storage)]).catch((error: unknown) =>
      logger.error({ err: error, vmId }, 'what a move left could not be removed'),
    )
    return { status: 'taken' }
  }

  async #accept(
    { incoming }: Waiting,
    { machine, isRunning, comesEarly }: { machine: Machine; isRunning: boolean; comesEarly: boolean },
  ): Promise<MoveTakeAnswer> {
    const { machines, store, moves, launcher, logger } = this.#options
    const { vmId, moveId, epoch } = incoming
    const record = recordOfTaken(incoming, { run: machine.run, isRunning })
    // Before it is a machine: the next agent keeps the key of what still comes.
    if (comesEarly) await moves.saveIncoming({ ...incoming, hasComeEarly: true })
    // From here on it is this host's, whatever comes.
    await store.save(writtenAhead(record))
    this.#waiting.delete(vmId)
    machines.waiting.delete(vmId)
    const actor = machines.add(record, machine.recorder)
    await actor.adopt(machine)
    await this.#runTaken(actor).catch((error: unknown) =>
      logger.error({ err: error, vmId, moveId }, 'a machine that was taken does not run'),
    )
    logger.info({ vmId, moveId, epoch, state: actor.record.state }, 'a machine was taken')
    // Not in its pause; left behind they harm nobody.
    const leftovers = comesEarly
      ? [moves.forgetMoved(vmId)]
      : [moves.removeIncoming(vmId), moves.forgetMoved(vmId), removeMoveKey(launcher.paths(vmId))]
    if (comesEarly) this.#arrivals.watch({ ...incoming, hasComeEarly: true })
    Promise.all(leftovers).catch((error: unknown) =>
      logger.error({ err: error, vmId }, 'what a move left could not be removed'),
    )
    return { status: 'taken' }
  }

  /** `mustRun` is on disk until it runs, so that an agent that dies in between does not leave it standing. */
  async #runTaken(actor: VmActor): Promise<void> {
    const { taken } = actor.record
    if (taken?.mustRun !== true) return
    try {
      if (actor.hasProcess) await actor.resume(this.#closing.signal)
    } catch (error) {
      // It crashed or was stopped on the way: that is its state, and nothing to be repaired by running it.
      if (!hasErrorCode(error, 'VM_STATE_CONFLICT')) throw error
    }
    actor.publisher.change({ taken: { ...taken, mustRun: false } })
  }

  async #refuse({ vmId, moveId }: Pick<MoveTakeRequest, 'vmId' | 'moveId'>, reason: string): Promise<MoveTakeAnswer> {
    const waiting = this.#waiting.get(vmId)
    // Before it is said: the source runs the machine then, and this one must hold neither its disks nor its name. And before it is
    // written down: with nothing that waits, the answer is the same, and a full disk has space again.
    if (waiting?.incoming.moveId === moveId) await this.#end(waiting)
    await this.#options.moves.saveVerdict({ moveId, vmId, status: 'refused', reason })
    this.#options.logger.warn({ vmId, moveId, reason }, 'a move was refused')
    return { status: 'refused', reason }
  }

  async #end(waiting: Waiting): Promise<void> {
    waiting.machine?.qmp.close()
    await this.#clearAway(waiting.incoming)
    this.#waiting.delete(waiting.incoming.vmId)
  }

  async #clearAway(incoming: IncomingRecord): Promise<void> {
    await endWaiting(this.#options, incoming)
    this.#options.machines.waiting.delete(incoming.vmId)
  }

  async #inTurn<T>(vmId: VmId, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(vmId) ?? Promise.resolve()
    const turn = before.then(work, work)
    this.#turns.set(vmId, turn)
    try {
      return await turn
    } finally {
      if (this.#turns.get(vmId) === turn) this.#turns.delete(vmId)
    }
  }
}
