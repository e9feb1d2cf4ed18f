/**
 * The source's side of a move: sends the memory, gives the machine away in its own record, and asks the other host until it
 * has answered. The diagram of both sides is in README.md.
 *
 * Owner of its state: which machines move now. Invariants: nothing is given before QEMU said `completed`; nobody is told
 * before `given` is on disk; from then on the machine never runs here again, unless the other host has said in words that
 * it does not take it, and then under an epoch that was promised to nobody. All of it is one request of the machine's actor.
 */
import type { AgentCommandOf } from '@berth/core/agent-contract/agent-commands'
import type { StepProgress } from '@berth/core/agent-contract/step-report'
import type { MoveBandwidth } from '@berth/core/agent-contract/move-commands'
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import type { VmId } from '@berth/core/ids/ids'
import type { DiskProgress } from '@berth/core/migration/move-disks'
import type { MoveProgress, MoveReport } from '@berth/core/migration/move-progress'
import { plainTransport } from '@berth/core/migration/move-transport'
import type { Logger } from 'pino'
import type { HostAddress, HostLink } from '../http/host-link.ts'
import type { Storage } from '../storage/storage.ts'
import type { MachineLauncher } from '../vm/machine-launcher.ts'
import type { VmActor } from '../vm/vm-actor.ts'
import type { GivenRecord } from '../vm/vm-record.ts'
import type { VmRegistry } from '../vm/vm-registry.ts'
import type { VmStore } from '../vm/vm-store.ts'
import { askUntilAnswered } from './ask-target.ts'
import { bringFiles, keepWarm, requireWaiting } from './before-sending.ts'
import { sendOffMachine } from './disks/send-off-machine.ts'
import { sendWithDisks, type SentAll } from './disks/send-with-disks.ts'
import { arrivedDisks, sentDisks, trashSent } from './disks/sent-disks.ts'
import { removeMoveKey, writeMoveKey } from './key-folder.ts'
import { EarlyServing, standStill } from './early-serving.ts'
import { GuestHearing } from './hearing/guest-hearing.ts'
import { keepSilence } from './hearing/keep-silence.ts'
import { bringHistory } from './history-out.ts'
import type { Histories } from './histories.ts'
import { reportOfGiven, reportOfNote, reportOfSent, wallClock } from './move-report.ts'
import type { MoveStore } from './move-store.ts'
import type { MoveLimits, SentMemory } from './send-memory.ts'
import { SendCap } from './send-cap.ts'
import { stayHere } from './stay-here.ts'
import { takeBack } from './take-back.ts'

export interface MoveOutOptions {
  machines: VmRegistry
  launcher: MachineLauncher
  store: VmStore
  storage: Storage
  moves: MoveStore
  histories: Histories
  /** With this host's identity as it is now. */
  openLink: (to: HostAddress) => Promise<HostLink>
  limits: MoveLimits
  logger: Logger
}

type SendCommand = AgentCommandOf<'move.send'>
interface StepLike {
  readonly signal: AbortSignal
  readonly onProgress: (progress: StepProgress) => void
}

interface LiveMove {
  readonly moveId: string
  /** Undefined for one that goes on after a restart: it sends no more. */
  readonly cap: SendCap | undefined
  readonly abort: AbortController
  /** The other host has the machine. */
  readonly taken: PromiseWithResolvers<MoveReport>
  /** And all of its memory: nothing of it is needed here any more. Later than `taken` only of one that went ahead. */
  readonly over: PromiseWithResolvers<MoveReport>
  /** What did not come over so far need not, if it cannot. */
  isGivenUp: boolean
  /** Of the step that asked last. */
  onProgress: (progress: StepProgress) => void
}

interface HandOverWork {
  readonly live: LiveMove
  readonly given: GivenRecord
  readonly sent: SentMemory | undefined
  /** Undefined where nobody listens: it stood, or an agent before this one did. */
  readonly hearing?: GuestHearing | undefined
  readonly link?: HostLink
}

interface SendWork {
  readonly command: SendCommand
  readonly live: LiveMove
  readonly signal: AbortSignal
  readonly cap: SendCap
  readonly hearing?: GuestHearing | undefined
}

export class MoveOut {
  readonly #options: MoveOutOptions
  readonly #live = new Map<VmId, LiveMove>()
  /** Aborts when the agent ends: what was given stays given, and the next agent goes on. */
  readonly #closing = new AbortController()

  constructor(options: MoveOutOptions) {
    this.#options = options
  }

  /**
   * Idempotent by the move's id: joins it while it works, and answers its report when the machine has gone. Throws what
   * sendMemory throws, MOVE_REFUSED_BY_TARGET, VM_BUSY, VM_STATE_CONFLICT, EPOCH_STALE: the machine is this host's then.
   */
  send(command: SendCommand, { signal, onProgress }: StepLike): Promise<MoveReport> {
    const { vmId, moveId } = command
    const note = this.#options.moves.moved(vmId)
    if (note?.moveId === moveId) return Promise.resolve(note.report)
    const live = this.#live.get(vmId) ?? this.#begin(command)
    if (live.moveId !== moveId) throw new AppError('VM_BUSY', 'The machine is being moved by another task.')
    live.onProgress = onProgress
    if (signal.aborted) live.abort.abort()
    signal.addEventListener('abort', () => live.abort.abort(), { once: true })
    return live.taken.promise
  }

  /**
   * Resolves when all memory of a machine that was sent has followed, and its network has been listened to. A cancel gives up
   * what cannot follow. Throws MOVE_MEMORY_LOST,
   * VM_STATE_CONFLICT for a move that nobody here knows.
   */
  follow({ vmId, moveId }: AgentCommandOf<'move.follow'>, { signal, onProgress }: StepLike): Promise<MoveReport> {
    const live = this.#live.get(vmId)
    const note = this.#options.moves.moved(vmId)
    // While it works, what is noted is not the last word.
    if (live?.moveId !== moveId && note?.moveId === moveId) return reportOfNote(note)
    if (live?.moveId !== moveId)
      return Promise.reject(new AppError('VM_STATE_CONFLICT', 'No memory of it is sent by this move.'))
    live.onProgress = onProgress
    const giveUp = (): void => void (live.isGivenUp = true)
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    return live.over.promise
  }

  /** While memory is sent, and before. Throws VM_STATE_CONFLICT when that move does not send, QMP errors. */
  async setBandwidth({ vmId, moveId, bandwidthBytesPerSecond }: MoveBandwidth): Promise<void> {
    const live = this.#live.get(vmId)
    const isGiven = (this.#options.machines.get(vmId)?.record.given ?? null) !== null
    if (live?.moveId !== moveId || live.cap === undefined || isGiven)
      throw new AppError('VM_STATE_CONFLICT', 'That move sends nothing (any more).')
    await live.cap.change(bandwidthBytesPerSecond)
  }

  /** After a restart of the agent: what was given is handed over, what was only being sent stays. Does not wait for it. */
  resume(): void {
    for (const actor of this.#options.machines.all()) {
      const { given, sending } = actor.record
      if (given !== null) this.#resumeGiven(actor, given)
      else if (sending !== null) this.#resumeSending(actor)
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.allSettled([...this.#live.values()].map(({ over }) => over.promise))
  }

  #begin(command: SendCommand): LiveMove {
    const actor = this.#options.machines.target(command)
    const { moveId, bandwidthBytesPerSecond } = command
    const cap = new SendCap(bandwidthBytesPerSecond)
    return this.#track(actor, { moveId, cap }, (live, signal) => this.#send(actor, { command, live, signal, cap }))
  }

  #track(
    actor: VmActor,
    of: Pick<LiveMove, 'moveId' | 'cap'>,
    work: (live: LiveMove, signal: AbortSignal) => Promise<MoveReport>,
  ): LiveMove {
    const [taken, over] = [Promise.withResolvers<MoveReport>(), Promise.withResolvers<MoveReport>()]
    const fixed = { ...of, abort: new AbortController(), taken, over }
    const live: LiveMove = { ...fixed, isGivenUp: false, onProgress: () => undefined }
    this.#live.set(actor.vmId, live)
    // Who waits hears of it; a move that goes on after a restart has nobody.
    over.promise.catch((error: unknown) => this.#options.logger.warn({ err: error, vmId: actor.vmId }, 'a move ended'))
    taken.promise.catch(() => undefined)
    const end = (error: unknown): void => {
      taken.reject(error)
      over.reject(error)
    }
    const request = async (signal: AbortSignal): Promise<void> => {
      const report = await work(live, signal)
      taken.resolve(report)
      over.resolve(report)
    }
    actor
      .carry('migrate', request, AbortSignal.any([live.abort.signal, this.#closing.signal]))
      // It joined a move of before that is being called off, so that its own work was not done.
      .then(() => end(new AppError('VM_BUSY', 'An earlier move of the machine is being called off.')))
      .catch(end)
      .finally(() => {
        if (this.#live.get(actor.vmId) === live) this.#live.delete(actor.vmId)
        this.#startLate(actor)
      })
    return live
  }

  #resumeGiven(actor: VmActor, given: GivenRecord): void {
    this.#options.logger.info({ vmId: actor.vmId, moveId: given.moveId }, 'a machine that was given is handed over')
    this.#track(actor, { moveId: given.moveId, cap: undefined }, async (live) => {
      const note = this.#options.moves.moved(actor.vmId)
      if (note?.moveId === given.moveId) return this.#letGo(actor, note.report)
      if (given.comesEarly && actor.hasProcess) await actor.answering(this.#closing.signal)
      return this.#handOver(actor, { live, given, sent: undefined })
    })
  }

  #resumeSending(actor: VmActor): void {
    const { logger } = this.#options
    if (!actor.hasProcess) return actor.publisher.change({ sending: null })
    const stay = async (signal: AbortSignal): Promise<void> => {
      await actor.answering(signal)
      await stayHere(actor, logger)
    }
    actor.carry('migrate', stay, this.#closing.signal).catch((error: unknown) => {
      logger.error({ err: error, vmId: actor.vmId }, 'a move that was broken off could not be undone')
    })
  }

  async #send(actor: VmActor, work: SendWork): Promise<MoveReport> {
    const { live, command } = work
    const { moveId } = command
    const isRunning = actor.record.state === 'running'
    const hasMirrors = (command.disks ?? []).length > 0
    const sending = { moveId, isRunning, hasMirrors }
    // One that is off stays so in what it shows: that it is busy keeps others from it.
    if (actor.hasProcess) actor.publisher.move({ kind: 'moveAsked' }, { sending })
    else actor.publisher.change({ sending })
    using hearing = isRunning ? this.#hearingOf(actor) : undefined
    const ready = await this.#sendAndGive(actor, { ...work, hearing }).catch(async (error: unknown) => {
      await stayHere(actor, this.#options.logger)
      // Nobody cancelled it: whoever reads the task must not think so.
      const isOwnEnd = this.#closing.signal.aborted && hasErrorCode(error, 'OPERATION_CANCELLED')
      throw isOwnEnd ? new AppError('MOVE_FAILED', 'The agent of its host was ended; the machine stays.') : error
    })
    await using link = ready.link
    // Awaited here: the link would be closed before its one question is asked.
    return await this.#handOver(actor, { live, ...ready, link, hearing })
  }

  #hearingOf({ vmId, machine, record, publisher }: VmActor): GuestHearing {
    const { nics } = machine?.spec ?? record.spec
    const { addresses } = publisher.observation()
    return new GuestHearing({ vmId, nics, addresses, logger: this.#options.logger, signal: this.#closing.signal })
  }

  /** What it opened is closed when it throws; nothing is given then. */
  async #sendAndGive(actor: VmActor, work: SendWork) {
    await using opened = new AsyncDisposableStack()
    await actor.publisher.saved()
    const link = opened.use(await this.#options.openLink(work.command.target))
    const sent = await this.#sendAll(actor, { ...work, link }).then((all) =>
      all.isEarly ? standStill(actor, all) : all,
    )
    link.requireTrusted()
    const given = await this.#give(actor, { ...work, comesEarly: sent.isEarly, sent: sent.disks })
    opened.move()
    return { link, sent, given }
  }

  async #sendAll(
    actor: VmActor,
    { command, live, signal, cap, hearing, link }: SendWork & { readonly link: HostLink },
  ): Promise<SentAll> {
    const { launcher, store, limits } = this.#options
    const { vmId, moveId, token, target, disks: freight = [] } = command
    const { machine } = actor
    const ended = actor.runSignal ?? AbortSignal.abort()
    live.onProgress({ share: 0, text: 'Preparing' })
    await requireWaiting(link, { vmId, moveId, signal })
    const spec = machine?.spec ?? actor.record.spec
    await bringFiles(link, { spec, store, move: { vmId, moveId, token }, signal })
    const paths = launcher.paths(vmId)
    const keyDir = await writeMoveKey(paths, command.tlsKey, launcher.userOf(actor.record.uid))
    const { hostSilentMs: silentMs } = limits
    using warm = keepWarm(link, { vmId, silentMs, signal: this.#closing.signal, logger: this.#options.logger })
    const how = {
      ...{ keyDir, limits, signal, silent: warm.silent, cap, freight, door: target.disks, policy: command.policy },
      onProgress: (move: MoveProgress, share: number | null) => {
        hearing?.see(move)
        live.onProgress({ share, text: progressText(move.phase), move })
      },
    }
    if (freight.length === 0) hearing?.begin()
    const { transport = plainTransport } = command
    try {
      if (machine === undefined) return await sendOffMachine(actor, { ...how, launcher })
      return await sendWithDisks({ ...how, machine, ended, spec, transport, to: target.memory })
    } finally {
      await removeMoveKey(paths).catch((error: unknown) =>
        this.#options.logger.error({ err: error, vmId }, 'the key of a move could not be removed'),
      )
    }
  }

  /** On disk when it returns, and not given at all when it throws. */
  async #give(
    actor: VmActor,
    { command, signal, comesEarly, sent }: SendWork & { comesEarly: boolean; sent: readonly DiskProgress[] },
  ): Promise<GivenRecord> {
    const { publisher, record } = actor
    const { moveId, token, target, disks: freight = [] } = command
    if (signal.aborted) throw new AppError('OPERATION_CANCELLED', 'The move was cancelled; the machine stays.')
    if ((record.state !== 'migrating' && actor.hasProcess) || record.sending === null)
      throw new AppError('MOVE_FAILED', `The machine is ${record.state} by now.`)
    const { hostId, address, port } = target
    const { isRunning } = record.sending
    const at = new Date().toISOString()
    const disks = sentDisks(actor.machine?.spec ?? record.spec, freight, sent)
    const given = { moveId, hostId, address, port, token, epoch: record.epoch + 1, isRunning, comesEarly, at, disks }
    publisher.change({ given })
    try {
      await publisher.saved()
    } catch (error) {
      publisher.change({ given: null })
      await publisher.saved().catch(() => undefined)
      // The file decides: it may have been written in spite of the error, and then the next agent would go by it.
      const onDisk = await this.#options.store.load(actor.vmId)
      if (onDisk.given === null) throw error
      publisher.change({ given })
    }
    return given
  }

  async #handOver(actor: VmActor, work: HandOverWork): Promise<MoveReport> {
    const { live, given, sent, link, hearing } = work
    const { vmId } = actor
    const tell = (text: string): void => {
      const move = sent && { ...sent.progress, phase: 'hand-over' as const }
      live.onProgress({ share: 1, text, ...(move && { move }) })
    }
    const { openLink, moves, logger } = this.#options
    const { signal } = this.#closing
    await using serving = given.comesEarly ? await this.#serve(actor, work) : undefined
    const answer = await askUntilAnswered({ vmId, given, link, openLink, logger, tell, signal })
    if (answer.status === 'refused') {
      await serving?.stop()
      return takeBack(actor, { given, reason: answer.reason, logger })
    }
    const silence = hearing?.afterTaken(wallClock(sent?.stoppedAtMs))
    const went = await (sent ? reportOfSent(actor, sent) : reportOfGiven(actor, given))
    const taken = { ...went, ...arrivedDisks(given), ...(hearing?.known && { network: hearing.known }) }
    if (serving !== undefined) live.taken.resolve(taken)
    const { report, loss } = serving === undefined ? { report: taken, loss: null } : await serving.afterTaken(taken)
    const { moveId, hostId, epoch } = given
    const note = { vmId, moveId, hostId, epoch, at: new Date().toISOString(), report, loss }
    await moves.noteMoved(note)
    await this.#letGo(actor, report)
    live.taken.resolve(report)
    return reportOfNote(await keepSilence(note, { silence, moves, logger }))
  }

  #serve(actor: VmActor, { live, given, sent }: HandOverWork): Promise<EarlyServing> {
    const { openLink, limits, logger } = this.#options
    const parts = { given, before: sent?.progress, openLink, silentMs: limits.postCopySilentMs, logger }
    return EarlyServing.begin(actor, {
      ...parts,
      isGivenUp: () => live.isGivenUp,
      onProgress: (move, share) => live.onProgress({ share, text: progressText(move.phase), move }),
      signal: this.#closing.signal,
    })
  }

  /** The other host has it: nothing of it stays here but where it went. */
  async #letGo(actor: VmActor, report: MoveReport): Promise<MoveReport> {
    try {
      await actor.endGiven()
      const { given } = actor.record
      const { histories, openLink, logger } = this.#options
      const signal = this.#closing.signal
      if (given !== null) await bringHistory({ vmId: actor.vmId, given, histories, openLink, logger, signal })
      await trashSent(this.#options.storage, actor.record)
      await this.#options.machines.forget(actor)
    } catch (error) {
      // The machine has moved all the same. Its record says so, and the next agent tries to clear it away again.
      this.#options.logger.error({ err: error, vmId: actor.vmId }, 'what a machine that moved left is not cleared away')
    }
    return report
  }

  /** The host went down while it was given: it is started like all others, once it is known to be this host's again. */
  #startLate(actor: VmActor): void {
    const { record, hasProcess } = actor
    if (record.given !== null || hasProcess || record.autostartBootId !== this.#options.launcher.bootId) return
    actor.start(this.#closing.signal).catch((error: unknown) => {
      this.#options.logger.error({ err: error, vmId: actor.vmId }, 'a machine that was refused could not be started')
    })
  }
}

const texts: Readonly<Record<string, string>> = {
  ...{ disks: 'Copying disks', memory: 'Sending memory', 'switch-over': 'Switching over' },
  ...{ 'hand-over': 'Handing over', 'post-copy': 'Its memory follows' },
}
const progressText = (phase: string): string => texts[phase] ?? phase
