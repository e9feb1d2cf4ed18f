/** How a start that failed reads: as the error of the request, and as the machine's last exit. Pure. */
import { AppError, hasErrorCode, toAppError } from '@berth/core/errors/app-error'
import type { VmExit } from '@berth/core/vm/vm-state'
import { z } from 'zod'

/** `exit` is how the process went, where it was up already and died before the vCPUs ran. */
export function startError(error: unknown, exit: VmExit | null): AppError {
  const known = toAppError(error)
  const isLinkGone = hasErrorCode(known, 'QMP_INTERRUPTED', 'QMP_UNAVAILABLE', 'QEMU_START_FAILED')
  if (exit === null || exit.reason === 'stopped' || !isLinkGone) return known
  const { exitCode, signal, lastLines } = exit
  return new AppError('QEMU_START_FAILED', lastLines.at(-1) ?? exit.message, {
    details: { exitCode, signal, lastLines },
    cause: known,
  })
}

const endDetailsSchema = z.object({
  exitCode: z.int().nullable().catch(null),
  signal: z.string().nullable().catch(null),
  lastLines: z.array(z.string()).catch([]),
})

export function startExit(failure: AppError): VmExit {
  const wasAsked = failure.code === 'OPERATION_CANCELLED'
  return {
    reason: wasAsked ? 'stopped' : 'start-failed',
    message: wasAsked ? 'Stopped while it was starting.' : failure.message,
    ...endDetailsSchema.parse(failure.details),
    at: new Date().toISOString(),
  }
}
