/**
 * Starts a QEMU so that it outlives the agent, and finds it again after the agent's restart.
 *
 * Started means: it answered on QMP. A QEMU that cannot start exits within 20 to 35 ms with one clear line (7.2), which
 * becomes the error's details. Whoever calls owns the connection and the process from then on.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import type { ExitStatus } from '../exec/spawn-detached.ts'
import { hypervisor } from '../hypervisor/hypervisor.ts'
import type { FlightRecorder } from '../qmp/flight-recorder.ts'
import { connectQmp, type QmpClient } from '../qmp/qmp-client.ts'
import { findProcess, identifyChild, killProcess, type ProcessIdentity, waitUntilGone } from './process-identity.ts'
import { beginLog, failureLine, readLastLogLines } from './qemu-log.ts'
import { asUser, type QemuUser } from './qemu-user.ts'
import type { RunDirPaths } from './run-dir.ts'

export interface StartQemuOptions {
  vmId: string
  /** Absolute path of qemu-system-x86_64. */
  binary: string
  /** Of buildQemuArgv. */
  args: readonly string[]
  /** The directory exists (createRunDir). */
  paths: RunDirPaths
  /** Absent: the agent's own user, where it is not root. */
  user?: QemuUser | undefined
  /** Until QMP answers; default 20 s, for hosts under load. */
  readyTimeoutMs?: number
  recorder?: FlightRecorder
  signal?: AbortSignal | undefined
}

export interface AttachedQemu {
  identity: ProcessIdentity
  qmp: QmpClient
  /** Where this run begins in the log; 0 after an adoption. */
  logStart: number
  /** How it ended; only for the process that started it. Never rejects. */
  exited?: Promise<ExitStatus>
}

const defaultReadyTimeoutMs = 20_000
const retryMs = 5
/** A killed QEMU's image locks go a moment after its process, with the asynchronous I/O that was in flight. */
const lockPatienceMs = 1_500
const lockRetryMs = 100

/**
 * Throws QEMU_START_FAILED (it ended, or did not answer in time; details: exitCode, signal, lastLines), COMMAND_FAILED
 * (no such program), OPERATION_CANCELLED. No process is left then.
 */
export async function startQemu(options: StartQemuOptions): Promise<AttachedQemu> {
  const deadline = performance.now() + lockPatienceMs
  for (;;) {
    try {
      return await startOnce(options)
    } catch (error) {
      if (!isImageLocked(error) || performance.now() > deadline) throw error
      await delay(lockRetryMs)
    }
  }
}

const isImageLocked = (error: unknown): boolean =>
  hasErrorCode(error, 'QEMU_START_FAILED') && /Failed to get ".+" lock/.test(error.message)

async function startOnce(options: StartQemuOptions): Promise<AttachedQemu> {
  const { vmId, paths, user, binary, args } = options
  const logStart = await beginLog(paths.logFile)
  const command = user === undefined ? { file: binary, args } : asUser(user, { file: binary, args })
  const child = await hypervisor().spawn({ ...command, logPath: paths.logFile, cwd: '/' })
  const identity = await identifyChild(child.pid, vmId)
  const ended = new AbortController()
  let status: ExitStatus | undefined
  void child.exited.then((how) => {
    status = how
    ended.abort()
  })
  try {
    if (identity === undefined) throw new AppError('QEMU_START_FAILED', 'QEMU ended at once')
    const qmp = await connectWhenReady(options, ended.signal)
    return { identity, qmp, logStart, exited: child.exited }
  } catch (error) {
    if (identity !== undefined) await killProcess(identity)
    // Without an identity it was dead when it was looked at, and its end is reported at once.
    const how = status ?? (identity === undefined ? await child.exited : undefined)
    if (hasErrorCode(error, 'OPERATION_CANCELLED') && options.signal?.aborted === true) throw error
    const lastLines = await readLastLogLines(paths.logFile, logStart)
    const message = how === undefined ? 'QEMU did not answer in time' : (failureLine(lastLines) ?? 'QEMU ended at once')
    throw new AppError('QEMU_START_FAILED', message, { details: { ...how, lastLines }, cause: error })
  }
}

/** Connects as soon as the socket is there: 30 ms after the start, and the greeting 30 ms later, on an idle host. */
async function connectWhenReady(options: StartQemuOptions, ended: AbortSignal): Promise<QmpClient> {
  const { paths, recorder } = options
  const deadline = performance.now() + (options.readyTimeoutMs ?? defaultReadyTimeoutMs)
  const signal = options.signal === undefined ? ended : AbortSignal.any([ended, options.signal])
  for (;;) {
    const leftMs = deadline - performance.now()
    try {
      return await connectQmp({
        socketPath: paths.qmpSocket,
        greetingTimeoutMs: Math.max(1, leftMs),
        signal,
        ...(recorder && { recorder }),
      })
    } catch (error) {
      if (!hasErrorCode(error, 'QMP_UNAVAILABLE') || leftMs <= retryMs) throw error
    }
    await delay(retryMs)
  }
}

/**
 * Attaches to a machine's QEMU that runs already; undefined when it does not. Throws QMP_UNAVAILABLE when it runs and
 * does not greet: it is stuck, or its socket was taken. The process is left as it is.
 */
export async function adoptQemu(options: {
  vmId: string
  paths: RunDirPaths
  recorder?: FlightRecorder
  signal?: AbortSignal | undefined
}): Promise<AttachedQemu | undefined> {
  const { vmId, paths, recorder, signal } = options
  const identity = await findProcess(paths, vmId)
  if (identity === undefined) return undefined
  const qmp = await connectQmp({ socketPath: paths.qmpSocket, signal, ...(recorder && { recorder }) })
  return { identity, qmp, logStart: 0 }
}

export type QemuEnd =
  /** The process is gone. `status` is known to the process that started it, and not after an adoption. */
  | { kind: 'exited'; status: ExitStatus | undefined; lastLines: string[] }
  /** QMP is lost but the process lives: connect again by adoptQemu. */
  | { kind: 'linkLost'; cause: AppError }

/** Resolves when the process ended or its QMP link died, whichever is first seen. Never rejects by itself. */
export async function watchEnd(qemu: AttachedQemu, paths: RunDirPaths): Promise<QemuEnd> {
  const closed = qemu.qmp.closed.then((cause) => ({ cause }))
  const first = await Promise.race([closed, ...(qemu.exited === undefined ? [] : [qemu.exited])])
  if (!('cause' in first)) return { kind: 'exited', status: first, lastLines: await endLines(qemu, paths) }
  try {
    // The socket closes while the kernel still tears the process down: with much memory that takes a while.
    await waitUntilGone(qemu.identity, { timeoutMs: 2_000 })
  } catch (error) {
    if (hasErrorCode(error, 'TIMEOUT')) return { kind: 'linkLost', cause: first.cause }
    throw error
  }
  return { kind: 'exited', status: await qemu.exited, lastLines: await endLines(qemu, paths) }
}

const endLines = (qemu: AttachedQemu, paths: RunDirPaths): Promise<string[]> =>
  readLastLogLines(paths.logFile, qemu.logStart)
