/**
 * Starts a program that outlives the agent: a session of its own, no terminal, output appended to a file.
 *
 * The file descriptors that the child gets are opened here and closed here. While the agent lives it is the parent and
 * learns the exit code; after the agent's restart the child belongs to init, and nobody learns it any more.
 */
import { spawn } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { AppError } from '@berth/core/errors/app-error'
import { programEnv } from './program-env.ts'

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants

export interface SpawnDetachedOptions {
  file: string
  args: readonly string[]
  /** Receives stdout and stderr; created 0600, appended to. */
  logPath: string
  cwd?: string
  env?: Record<string, string>
}

export interface ExitStatus {
  exitCode: number | null
  signal: string | null
}

export interface DetachedProcess {
  readonly pid: number
  /** Resolves when the program ended; never rejects. */
  readonly exited: Promise<ExitStatus>
}

/** Returns once the program is started. Throws COMMAND_FAILED when it cannot be (not found, no permission, no memory). */
export async function spawnDetached(options: SpawnDetachedOptions): Promise<DetachedProcess> {
  // Never through a link: a log may lie in a folder of the program's own user, and it is opened as root.
  const log = openSync(options.logPath, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600)
  try {
    const child = spawn(options.file, options.args, {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: options.cwd ?? '/',
      env: options.env ?? programEnv,
    })
    const exited = new Promise<ExitStatus>((resolve) => {
      child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }))
    })
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('error', reject)
      child.once('spawn', () => {
        if (child.pid !== undefined) resolve(child.pid)
      })
    })
    child.unref()
    return { pid, exited }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const message = `${options.file} could not be started: ${reason}`
    throw new AppError('COMMAND_FAILED', message, { details: { file: options.file }, cause: error })
  } finally {
    closeSync(log)
  }
}
