/** A program that a benchmark starts, watches and ends; with the benchmark it ends too. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { atLast } from './last-rites.ts'

export interface ProgramOptions {
  argv: readonly string[]
  env?: Record<string, string>
  cwd?: string
  /** Both its streams go here. */
  logPath: string
  /** A Node program that gets an IPC channel to us. */
  hasChannel?: boolean
  /** Called with each line of its standard output. */
  onLine?: (line: string) => void
}

export interface StartedProgram extends AsyncDisposable {
  readonly pid: number
  readonly child: ChildProcess
  /** Ends it and waits; after 10 s by force. */
  end(signal?: NodeJS.Signals): Promise<void>
}

const graceMs = 10_000

/** Throws when it cannot be started at all. */
export async function startProgram(options: ProgramOptions): Promise<StartedProgram> {
  const { argv, env, cwd, logPath, hasChannel, onLine } = options
  const [file = '', ...args] = argv
  const child = spawn(file, args, {
    cwd: cwd ?? '/',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/nonexistent', LANG: 'C.UTF-8', ...env },
    stdio: hasChannel === true ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
  })
  await once(child, 'spawn')
  child.once(
    'exit',
    atLast(() => child.kill('SIGKILL')),
  )
  const log = createWriteStream(logPath, { flags: 'a' })
  child.stdout?.pipe(log, { end: false })
  child.stderr?.pipe(log, { end: false })
  if (onLine !== undefined && child.stdout) eachLine(child.stdout, onLine)
  const end = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill(signal)
    const force = setTimeout(() => child.kill('SIGKILL'), graceMs)
    await exited
    clearTimeout(force)
    log.end()
  }
  return { pid: child.pid ?? 0, child, end, [Symbol.asyncDispose]: () => end() }
}

function eachLine(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    lines.forEach(onLine)
  })
}

/** Looks each few milliseconds until `look` gives something. Throws with `what` when it takes too long. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  { everyMs = 50, timeoutMs = 120_000 } = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s in vain: ${what}`)
    await delay(everyMs)
  }
}
