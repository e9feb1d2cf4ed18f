import { launcherEnv } from './env.ts'

const isLive = process.stdout.isTTY && !launcherEnv.isPlain
const paint = (code: number, text: string): string => (isLive ? `\u001b[${code}m${text}\u001b[0m` : text)

export const bold = (text: string): string => paint(1, text)
export const dim = (text: string): string => paint(2, text)
export const green = (text: string): string => paint(32, text)
export const red = (text: string): string => paint(31, text)
export const yellow = (text: string): string => paint(33, text)

/** What a stage tells at its end: "already there", "41 packages", … */
export type StageNote = string | undefined

/** Runs one stage of `up` and prints one line for it with the time taken. The line of a failed stage says so. */
export async function stage(title: string, work: () => Promise<StageNote>): Promise<void> {
  const startedAt = performance.now()
  if (isLive) process.stdout.write(`  ${dim('…')} ${title}`)
  const finish = (mark: string, note: StageNote): void => {
    const seconds = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`.padStart(8)
    const start = isLive ? '\r\u001b[K' : ''
    process.stdout.write(`${start}  ${mark} ${title.padEnd(34)}${seconds}${note ? `  ${dim(note)}` : ''}\n`)
  }
  try {
    finish(green('✓'), await work())
  } catch (error) {
    finish(red('✗'), undefined)
    throw error
  }
}
