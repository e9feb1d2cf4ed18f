import { spawn } from 'node:child_process'
import { LauncherError } from '../terminal/launcher-error.ts'
import { fullEnv } from '../data/env.ts'

export interface RunOptions {
  cwd?: string
  env?: Record<string, string>
  /** Said when the program fails, before its last lines. */
  failure?: string
}

const maxKeptBytes = 4 * 1024 * 1024

/** Runs a program to its end and returns its standard output. A failure carries its last lines. */
export async function runProgram(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const { status, stdout, output } = await tryProgram(argv, options)
  if (status === 0) return stdout
  const tail = output.trim().split('\n').slice(-20).join('\n')
  throw new LauncherError(`${options.failure ?? `${argv[0] ?? ''} failed (exit ${status})`}\n${tail}`)
}

export interface ProgramResult {
  status: number
  stdout: string
  /** Both streams as they came. */
  output: string
}

/** The same without judging the exit. A program that is not there ends with 127, like in a shell. */
export async function tryProgram(argv: readonly string[], options: RunOptions = {}): Promise<ProgramResult> {
  const [file = '', ...args] = argv
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: fullEnv(options.env ?? {}),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let output = ''
    const keep = (chunk: string): void => {
      output = (output + chunk).slice(-maxKeptBytes)
    }
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout = (stdout + chunk).slice(-maxKeptBytes)
      keep(chunk)
    })
    child.stderr.setEncoding('utf8').on('data', keep)
    child.once('error', (error) => {
      resolve({ status: 127, stdout, output: error.message })
    })
    child.once('close', (code) => {
      resolve({ status: code ?? 1, stdout, output })
    })
  })
}

/** Runs a program on this terminal. Resolves with its exit code; a signal counts as 130. */
export async function runOnTerminal(argv: readonly string[], options: RunOptions = {}): Promise<number> {
  const [file = '', ...args] = argv
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: options.cwd, env: fullEnv(options.env ?? {}), stdio: 'inherit' })
    // Ctrl-C reaches the child as well; the launcher outlives it to report, and must not die first.
    const ignore = (): void => undefined
    process.on('SIGINT', ignore)
    child.once('error', reject)
    child.once('close', (code) => {
      process.off('SIGINT', ignore)
      resolve(code ?? 130)
    })
  })
}
