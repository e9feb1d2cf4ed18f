/** The programs that make networks, run to their end: argv, a timeout, and their own words when they fail. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** As root has them; an ordinary PATH on Debian leaves the sbin folders out. */
export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Standard output. Throws with the program's words. */
export async function run(argv: readonly string[], input?: string): Promise<string> {
  const [file = '', ...args] = argv
  const running = execute(file, args, {
    env: { PATH: systemPath, LC_ALL: 'C' },
    timeout: 20_000,
    maxBuffer: 16 * 1024 * 1024,
  })
  // The program may end before it has read everything; its exit says more than the broken pipe.
  running.child.stdin?.on('error', () => undefined)
  running.child.stdin?.end(input ?? '')
  try {
    return (await running).stdout
  } catch (error) {
    const words = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error)
    throw new Error(`${argv.join(' ')}: ${words}`, { cause: error })
  }
}

export const ip = (...args: string[]): Promise<string> => run(['ip', ...args])

/** As `run`; what fails with words like these has been done before, and that is as good. */
export async function runUnlessDone(argv: readonly string[], done: RegExp): Promise<void> {
  try {
    await run(argv)
  } catch (error) {
    if (!(error instanceof Error && done.test(error.message))) throw error
  }
}

/** argv of a program inside a namespace: with its network, and a /sys that shows it. */
export const inNamespace = (namespace: string, argv: readonly string[]): string[] => [
  'ip',
  'netns',
  'exec',
  namespace,
  ...argv,
]
