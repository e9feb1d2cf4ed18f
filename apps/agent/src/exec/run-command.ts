/**
 * Runs a program to its end: argv array, never a shell, with a timeout, capped output and an optional limited child.
 *
 * This folder is the only importer of child_process in the agent, so that every program Berth starts on a host has a
 * bound in time and memory, and so that one search finds them all.
 */
import { spawn } from 'node:child_process'
import { AppError, toAppError } from '@berth/core/errors/app-error'
import { createLineSplitter, lastLines } from './output-lines.ts'
import { programEnv } from './program-env.ts'

/** Limits on the child itself, set by prlimit before exec; for programs that read what users uploaded. */
export interface ResourceLimits {
  addressSpaceBytes?: number
  cpuSeconds?: number
}

export interface RunCommandOptions {
  /** A program's name in PATH, or its absolute path. */
  file: string
  args: readonly string[]
  timeoutMs: number
  /** Of stdout and stderr each; one byte more kills the program and is an error. Default 1 MiB. */
  maxOutputBytes?: number
  /** Written to stdin, which is closed after it, or after what `converse` says last. */
  input?: string | Uint8Array
  /** Hears stdout as it comes. What it says is written to stdin, once, which is then closed; what it throws ends the program. */
  converse?: (chunk: Buffer) => string | undefined
  signal?: AbortSignal | undefined
  limits?: ResourceLimits
  /** For what may run long: the kernel kills it when the agent is killed, so that nobody goes on writing unseen. */
  endsWithAgent?: boolean
  /** The child's whole environment; default: PATH and LC_ALL=C, so that messages can be read and no secret leaks. */
  env?: Record<string, string>
  /** Each full line of stdout (split at \n or \r, as progress meters do) while the program runs. */
  onLine?: (line: string) => void
}

export interface CommandResult {
  stdout: string
  stderr: string
  exitCode: number
}

const defaultMaxOutputBytes = 1024 * 1024

/**
 * The output of a program that exited 0.
 *
 * Throws COMMAND_FAILED (not startable, exit code not 0, killed by a signal, too much output; details: file, exitCode,
 * signal, lastLines), COMMAND_TIMEOUT, or OPERATION_CANCELLED when `signal` aborts. The program is dead by then: it is
 * killed by SIGKILL together with its process group.
 */
export function runCommand(options: RunCommandOptions): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const { file, args } = wrapped(options)
    const child = spawn(file, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: options.env ?? programEnv,
      // A group of its own: a helper that the program started must not outlive the timeout and hold the pipes open.
      detached: true,
    })
    const output = { stdout: collector(options), stderr: collector(options) }
    let stopReason: AppError | undefined

    const stop = (reason: AppError): void => {
      stopReason ??= reason
      killGroup(child.pid)
    }
    const describe = (): Record<string, unknown> => ({
      file: options.file,
      lastLines: lastLines(output.stderr.text() || output.stdout.text()),
    })
    const onAbort = (): void => stop(new AppError('OPERATION_CANCELLED', `${options.file} was cancelled`))
    const timer = setTimeout(() => {
      const message = `${options.file} did not end within ${options.timeoutMs} ms`
      stop(new AppError('COMMAND_TIMEOUT', message, { details: describe() }))
    }, options.timeoutMs)

    const split = options.onLine === undefined ? undefined : createLineSplitter(options.onLine)
    const take = (stream: 'stdout' | 'stderr', chunk: Buffer): void => {
      if (stopReason === undefined && !output[stream].push(chunk)) {
        stop(new AppError('COMMAND_FAILED', `${options.file} printed too much`, { details: { file: options.file } }))
      }
      if (stream === 'stdout') split?.push(chunk)
      if (stream === 'stdout' && stopReason === undefined && !child.stdin.writableEnded) converse(chunk)
    }
    const converse = (chunk: Buffer): void => {
      try {
        const last = options.converse?.(chunk)
        if (last !== undefined) child.stdin.end(last)
      } catch (error) {
        stop(toAppError(error))
      }
    }
    child.stdout.on('data', (chunk: Buffer) => take('stdout', chunk))
    child.stderr.on('data', (chunk: Buffer) => take('stderr', chunk))

    const settle = (finish: () => void): void => {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', onAbort)
      finish()
    }
    child.once('error', (error) =>
      settle(() =>
        reject(
          new AppError('COMMAND_FAILED', `${options.file} could not be started: ${error.message}`, {
            details: { file: options.file },
            cause: error,
          }),
        ),
      ),
    )
    child.once('close', (exitCode, signal) =>
      settle(() => {
        split?.end()
        if (stopReason !== undefined) return reject(stopReason)
        if (exitCode === 0) return resolve({ stdout: output.stdout.text(), stderr: output.stderr.text(), exitCode })
        const how = exitCode === null ? `was killed by ${signal ?? 'a signal'}` : `exited with ${exitCode}`
        reject(
          new AppError('COMMAND_FAILED', `${options.file} ${how}`, { details: { ...describe(), exitCode, signal } }),
        )
      }),
    )

    // A program that exits without reading stdin breaks the pipe; its exit code tells more than EPIPE does.
    child.stdin.on('error', (error) => {
      if (child.exitCode === null && child.signalCode === null)
        output.stderr.push(Buffer.from(`stdin: ${error.message}\n`))
    })
    if (options.converse === undefined) child.stdin.end(options.input)
    else child.stdin.write(options.input ?? '')
    if (options.signal?.aborted === true) onAbort()
    else options.signal?.addEventListener('abort', onAbort, { once: true })
  })
}

function wrapped(options: RunCommandOptions): { file: string; args: readonly string[] } {
  const { addressSpaceBytes, cpuSeconds } = options.limits ?? {}
  const limits = [
    ...(addressSpaceBytes === undefined ? [] : [`--as=${addressSpaceBytes}`]),
    ...(cpuSeconds === undefined ? [] : [`--cpu=${cpuSeconds}`]),
  ]
  const wrappers = [
    ...(options.endsWithAgent === true ? ['setpriv', '--pdeathsig', 'KILL', '--'] : []),
    ...(limits.length === 0 ? [] : ['prlimit', ...limits, '--']),
  ]
  const [file = options.file, ...args] = [...wrappers, options.file, ...options.args]
  return { file, args }
}

function collector(options: RunCommandOptions): { push: (chunk: Buffer) => boolean; text: () => string } {
  const chunks: Buffer[] = []
  const maxBytes = options.maxOutputBytes ?? defaultMaxOutputBytes
  let bytes = 0
  return {
    push: (chunk) => {
      bytes += chunk.length
      if (bytes > maxBytes) return false
      chunks.push(chunk)
      return true
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // ESRCH: it ended by itself in this moment, and 'close' will say how.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
