import { launcherEnv } from '../data/env.ts'

const isLive = process.stdout.isTTY && !launcherEnv.isPlain
const paint = (code: number, text: string): string => (isLive ? `\u001b[${code}m${text}\u001b[0m` : text)

export const bold = (text: string): string => paint(1, text)
export const dim = (text: string): string => paint(2, text)
export const green = (text: string): string => paint(32, text)
export const red = (text: string): string => paint(31, text)
export const yellow = (text: string): string => paint(33, text)

/** What a stage tells at its end: "already there", "41 packages", … */
export type StageNote = string | undefined

/** Says what a stage waits for; the same words again say nothing. */
export type Tell = (doing: string) => void

/** Below this nobody asks himself what it waits for; on a terminal, where the line is replaced, it is told at once. */
const patienceMs = 3_000

/** Runs one stage of `up` and prints one line for it with the time taken. The line of a failed stage says so. */
export async function stage(title: string, work: (tell: Tell) => Promise<StageNote>): Promise<void> {
  const startedAt = performance.now()
  const start = isLive ? '\r\u001b[K' : ''
  let told = ''
  const tell: Tell = (doing) => {
    if (doing === told || (!isLive && performance.now() - startedAt < patienceMs)) return
    told = doing
    process.stdout.write(`${start}  ${dim('…')} ${title}  ${dim(doing)}${isLive ? '' : '\n'}`)
  }
  if (isLive) process.stdout.write(`  ${dim('…')} ${title}`)
  const finish = (mark: string, note: StageNote): void => {
    const seconds = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`.padStart(8)
    process.stdout.write(`${start}  ${mark} ${title.padEnd(34)}${seconds}${note ? `  ${dim(note)}` : ''}\n`)
  }
  try {
    finish(green('✓'), await work(tell))
  } catch (error) {
    finish(red('✗'), undefined)
    throw error
  }
}
