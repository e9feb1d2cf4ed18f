/** What QEMU printed in a machine's past runs: `logs/<runId>.log`, the newest ten. */
import { copyFile, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from '../storage/durable-files.ts'

const keptRuns = 10

/** Keeps the log of a run that ended; nothing when it printed nothing. Idempotent. */
export async function retainLog(logFile: string, folder: string, runId: string): Promise<void> {
  try {
    if ((await stat(logFile)).size === 0) return
    await copyFile(logFile, join(folder, `${runId}.log`))
  } catch (error) {
    if (isMissing(error)) return
    throw error
  }
  // Run ids are UUIDv7: their order is that of the starts.
  const names = (await readdir(folder)).sort()
  for (const name of names.slice(0, -keptRuns)) await rm(join(folder, name), { force: true })
}
