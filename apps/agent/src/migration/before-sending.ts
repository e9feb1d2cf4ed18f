/** What the source does before a byte of memory is sent: asks whether it is waited for, and brings the machine's own files. */
import type { MoveFile, MoveOwnership } from '@berth/core/agent-contract/move-commands'
import { AppError, hasErrorCode, toAppError } from '@berth/core/errors/app-error'
import type { VmId } from '@berth/core/ids/ids'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import type { Logger } from 'pino'
import type { HostLink } from '../http/host-link.ts'
import { fileExists } from '../storage/image-store.ts'
import type { VmStore } from '../vm/vm-store.ts'
import { packFile } from './file-freight.ts'

type MoveKey = Pick<MoveFile, 'vmId' | 'moveId' | 'token'>

const fileMs = 30_000
const firstAskMs = 10_000
const warmEveryMs = 3_000

/**
 * Before a byte is sent: that this host reaches the other one's agent, which it must at the end, and that it waits for this
 * move. The connection that is made here is the one of the hand-over: its first question takes as long as a whole pause.
 */
export async function requireWaiting(
  link: HostLink,
  { vmId, moveId, signal }: { vmId: VmId; moveId: string; signal: AbortSignal },
): Promise<void> {
  let owner: MoveOwnership
  try {
    owner = await link.owner(vmId, { timeoutMs: firstAskMs, signal })
  } catch (error) {
    if (hasErrorCode(error, 'OPERATION_CANCELLED')) throw error
    throw new AppError('MOVE_FAILED', `The other host cannot be asked: ${toAppError(error).message}`, { cause: error })
  }
  link.requireTrusted()
  if (owner.kind === 'waiting' && owner.moveId === moveId) return
  throw new AppError('MOVE_FAILED', 'Nothing waits on the other host under this move (any more).', {
    details: { owner },
  })
}

/**
 * Asks the other agent each few seconds whose the machine is: it so hears that its move goes on, and the connection is open
 * when the machine stands. No answer is no reason to stop, as it is needed at the end only: `silent` is for a move whose guest
 * waits for the other host with each write.
 */
export function keepWarm(
  link: HostLink,
  { vmId, signal, silentMs, logger }: { vmId: VmId; signal: AbortSignal; silentMs: number; logger: Logger },
): Disposable & { readonly silent: AbortSignal } {
  const silent = new AbortController()
  let heardAtMs = performance.now()
  const ask = async (): Promise<void> => {
    try {
      await link.owner(vmId, { timeoutMs: warmEveryMs, signal })
      heardAtMs = performance.now()
    } catch (error) {
      logger.debug({ err: error, vmId }, 'the other host does not say whose the machine is')
      if (performance.now() - heardAtMs > silentMs) silent.abort(silence(silentMs))
    }
  }
  const timer = setInterval(() => void ask(), warmEveryMs)
  return { silent: silent.signal, [Symbol.dispose]: () => clearInterval(timer) }
}

const silence = (ms: number): AppError =>
  new AppError(
    'MOVE_FAILED',
    `The other host has not answered for ${Math.round(ms / 1_000)} s; the move was called off.`,
  )

/** The disc with cloud-init's seed, and the firmware's variables: they hold secrets, and lie in no pool. */
export async function bringFiles(
  link: HostLink,
  { spec, store, move, signal }: { spec: VmSpec; store: VmStore; move: MoveKey; signal: AbortSignal },
): Promise<void> {
  const { seedDisc, nvram } = store.folder(move.vmId)
  const bring = async (file: 'seed' | 'nvram', path: string): Promise<void> => {
    const contentGzip = await packFile(path)
    await link.bringFile({ ...move, file, contentGzip }, { timeoutMs: fileMs, signal })
  }
  if (spec.cloudInit !== null) await bring('seed', seedDisc)
  // One that was never started has none: the other host makes them as this one would.
  if (spec.firmware === 'uefi' && (await fileExists(nvram))) await bring('nvram', nvram)
}
