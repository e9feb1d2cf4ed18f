import { spawn } from 'node:child_process'
import { fullEnv } from './env.ts'

/** How a program on this terminal ended. */
export type LimitedEnd = { kind: 'exited'; code: number } | { kind: 'signalled'; signal: string } | { kind: 'late' }

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
    // Ctrl-C reaches the child as well; the launcher outlives it to report, and must not die first.
    const ignore = (): void => undefined
    process.on('SIGINT', ignore)
    // Not by Ctrl-C: then only the launcher hears of it, and the child would go on without anybody.
    const passOn = (): void => void child.kill('SIGTERM')
    process.on('SIGTERM', passOn)
    const tidy = (): void => {
      clearTimeout(limit)
      clearTimeout(force)
      process.off('SIGINT', ignore)
      process.off('SIGTERM', passOn)
    }
    child.once('error', (error) => {
      tidy()
      reject(error)
    })
    child.once('close', (code, signal) => {
      tidy()
      if (isLate) resolve({ kind: 'late' })
      else resolve(signal === null ? { kind: 'exited', code: code ?? 1 } : { kind: 'signalled', signal })
    })
  })
}
