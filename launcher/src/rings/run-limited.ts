import { spawn } from 'node:child_process'
import { fullEnv } from '../data/env.ts'

/** How a program on this terminal ended. */
export type LimitedEnd =
  | { kind: 'exited'; code: number }
  | { kind: 'signalled'; signal: string }
  | { kind: 'late' }
  /** Somebody asked for the end of it all. */
  | { kind: 'interrupted' }

/** So long it may take to end what it started. */
const graceMs = 20_000

/** Runs a program on this terminal for `mostMs` at most; then it is asked to end, and a while later made to. */
export async function runLimited(
  argv: readonly string[],
  { cwd, env, mostMs }: { cwd: string; env: Record<string, string>; mostMs: number },
): Promise<LimitedEnd> {
  const [file = '', ...args] = argv
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env: fullEnv(env), stdio: 'inherit' })
    let isLate = false
    let force: NodeJS.Timeout | undefined
    const limit = setTimeout(() => {
      isLate = true
      child.kill('SIGTERM')
      force = setTimeout(() => child.kill('SIGKILL'), graceMs)
    }, mostMs)
    // The launcher outlives the child to report. Ctrl-C reaches the child as well, a signal from elsewhere only us.
    let isInterrupted = false
    const passOn = (): void => {
      isInterrupted = true
      child.kill('SIGTERM')
      force ??= setTimeout(() => child.kill('SIGKILL'), graceMs)
    }
    process.on('SIGINT', passOn)
    process.on('SIGTERM', passOn)
    const tidy = (): void => {
      clearTimeout(limit)
      clearTimeout(force)
      process.off('SIGINT', passOn)
      process.off('SIGTERM', passOn)
    }
    child.once('error', (error) => {
      tidy()
      reject(error)
    })
    child.once('close', (code, signal) => {
      tidy()
      if (isInterrupted) resolve({ kind: 'interrupted' })
      else if (isLate) resolve({ kind: 'late' })
      else resolve(signal === null ? { kind: 'exited', code: code ?? 1 } : { kind: 'signalled', signal })
    })
  })
}
