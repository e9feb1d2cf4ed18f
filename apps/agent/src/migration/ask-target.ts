/** Asks the host to which a machine was given, until it has answered. No answer is not a refusal. */
import { setTimeout as pause } from 'node:timers/promises'
import type { MoveTakeAnswer } from '@berth/core/agent-contract/move-commands'
import { AppError, toAppError } from '@berth/core/errors/app-error'
import type { VmId } from '@berth/core/ids/ids'
import type { Logger } from 'pino'
import type { HostAddress, HostLink } from '../http/host-link.ts'
import type { GivenRecord } from '../vm/vm-record.ts'

export interface AskTargetOptions {
  vmId: VmId
  given: GivenRecord
  /** One that is open already. */
  link: HostLink | undefined
  openLink: (to: HostAddress) => Promise<HostLink>
  logger: Logger
  tell: (text: string) => void
  /** Aborts when the agent ends. */
  signal: AbortSignal
}

/** Longer than the other side waits for its QEMU. */
const takeMs = 30_000
/** The connection that is open may be so at this end only; asked again, the other side answers the same. */
const firstTakeMs = 3_000
const firstPauseMs = 100
const maxPauseMs = 2_000

/** Throws OPERATION_INTERRUPTED by `signal` only. */
export async function askUntilAnswered(options: AskTargetOptions): Promise<MoveTakeAnswer> {
  const { vmId, given, signal, logger, tell } = options
  const { moveId, token, epoch, isRunning, comesEarly } = given
  const request = { vmId, moveId, token, epoch, isRunning, ...(comesEarly ? { comesEarly } : {}) }
  tell('Handing over')
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, maxPauseMs)) {
    try {
      // The one that is open for the first try: it is in the machine's pause.
      if (options.link !== undefined && pauseMs === firstPauseMs)
        return await options.link.take(request, { timeoutMs: firstTakeMs, signal })
      await using link = await options.openLink(given)
      return await link.take(request, { timeoutMs: takeMs, signal })
    } catch (error) {
      if (signal.aborted) throw new AppError('OPERATION_INTERRUPTED', 'The agent ends; the next one goes on asking.')
      const { code, message } = toAppError(error)
      logger.warn({ vmId, moveId, code, message, pauseMs }, 'the other host has not answered; asking again')
      tell(`Waiting for the other host to take it: ${message}`)
      await pause(pauseMs, undefined, { signal }).catch(() => undefined)
    }
  }
}
