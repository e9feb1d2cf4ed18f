/**
 * A machine that goes ahead of its memory, seen from its source: from its standstill until nothing of it is needed here.
 *
 * Invariants: the guest is stopped by command before anything else, so that no QEMU resumes it by itself however the switch goes;
 * "given" is on disk before QEMU is told to switch, since from then on only the other host, or nobody, can run it.
 */
import { AppError } from '@berth/core/errors/app-error'
import type { MoveProgress, MoveReport } from '@berth/core/migration/move-progress'
import type { Logger } from 'pino'
import type { HostAddress, HostLink } from '../http/host-link.ts'
import { pauseVcpus } from '../qmp/commands/lifecycle-commands.ts'
import { queryMigrate, startPostCopy } from '../qmp/commands/move-commands.ts'
import type { VmActor } from '../vm/vm-actor.ts'
import type { GivenRecord } from '../vm/vm-record.ts'
import { reportOfFollowed } from './move-report.ts'
import type { SentMemory } from './send-memory.ts'
import { serveMemory, type ServeEnd } from './serve-memory.ts'

export interface EarlyServingOptions {
  readonly given: GivenRecord
  readonly before: MoveProgress | undefined
  readonly openLink: (to: HostAddress) => Promise<HostLink>
  readonly isGivenUp: () => boolean
  readonly onProgress: (progress: MoveProgress, share: number | null) => void
  readonly silentMs: number
  readonly signal: AbortSignal
  readonly logger: Logger
}

const recoverMs = 15_000

/** The pause begins. */
export async function standStill<T extends SentMemory>(actor: VmActor, sent: T): Promise<T> {
  await pauseVcpus(actor.requireMachine().qmp)
  return { ...sent, stoppedAtMs: sent.stoppedAtMs ?? performance.now() }
}

const pastReturn: ReadonlySet<string> = new Set(['postcopy-active', 'postcopy-paused', 'postcopy-recover'])

/** QEMU refuses to run it here again ("Migration is not finalized yet"), whatever became of the other side. */
export async function isPastReturn({ machine }: VmActor): Promise<boolean> {
  if (machine === undefined) return false
  const info = await queryMigrate(machine.qmp).catch(() => undefined)
  return info?.status !== undefined && pastReturn.has(info.status)
}

/** Its process is ended: what it held of the memory was of use to the other one only. It is this host's again, and off. */
export function lostOnTheWay({ publisher }: VmActor, { reason, epoch }: { reason: string; epoch: number }): AppError {
  const message = `It was on its way to another host, ahead of its memory, and that one lost it: ${reason}.`
  const exit = { exitCode: null, signal: null, lastLines: [], at: new Date().toISOString() }
  publisher.change({ lastExit: { reason: 'qemu-exited', message, ...exit } })
  return new AppError('MOVE_MEMORY_LOST', message, { details: { reason, epoch } })
}

export class EarlyServing implements AsyncDisposable {
  readonly #actor: VmActor
  readonly #stop = new AbortController()
  readonly #beganAtMs = performance.now()
  readonly #end: Promise<ServeEnd>
  #isTaken = false

  private constructor(actor: VmActor, options: EarlyServingOptions) {
    this.#actor = actor
    this.#end = this.#serve(options)
    // It is waited for once the machine is taken, and never where it is not.
    this.#end.catch(() => undefined)
  }

  /** Tells QEMU to switch, also when it was told before. What comes of that, its status says. */
  static async begin(actor: VmActor, options: EarlyServingOptions): Promise<EarlyServing> {
    try {
      if (actor.machine !== undefined) await startPostCopy(actor.machine.qmp)
    } catch (error) {
      options.logger.warn({ err: error, vmId: actor.vmId }, 'QEMU does not switch over early')
    }
    return new EarlyServing(actor, options)
  }

  /** The other host runs it. Resolves when nothing of it is needed here; `loss` says what did not get there. */
  async afterTaken(taken: MoveReport): Promise<{ report: MoveReport; loss: string | null }> {
    this.#isTaken = true
    const end = await this.#end
    const report = await reportOfFollowed(this.#actor, taken, performance.now() - this.#beganAtMs)
    return { report, loss: losses[end] }
  }

  /** Nobody will take it. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#end.catch(() => undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #serve({ given, openLink, silentMs, signal, ...rest }: EarlyServingOptions): Promise<ServeEnd> {
    const { machine, runSignal, vmId } = this.#actor
    if (machine === undefined || runSignal === undefined) return 'gone-here'
    const { moveId, token } = given
    return serveMemory({
      ...{ machine, ended: runSignal, silentMs, signal: AbortSignal.any([signal, this.#stop.signal]) },
      ...{ before: rest.before, isGivenUp: rest.isGivenUp, onProgress: rest.onProgress, isTaken: () => this.#isTaken },
      askToListen: async () => {
        await using link = await openLink(given)
        const { memory } = await link.recover({ vmId, moveId, token }, { timeoutMs: recoverMs, signal })
        return memory
      },
    })
  }
}

const losses: Readonly<Record<ServeEnd, string | null>> = {
  'all-followed': null,
  'never-left': 'QEMU called the switch off after the other host had taken the machine.',
  'gone-here': 'The QEMU that held the rest of its memory ended.',
  'gone-there': "The machine's process on its new host ended before all of its memory had followed.",
  'given-up': 'The link was broken, and the rest of its memory was given up.',
}
