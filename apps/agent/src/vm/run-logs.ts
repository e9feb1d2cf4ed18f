/** What QEMU printed in a machine's past runs: `logs/<runId>.log`, the newest ten. */
import { createWriteStream } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openLog } from '../qemu/qemu-log.ts'
import { isOutOfSpace } from '../storage/durable-files.ts'

const keptRuns = 10

/** Keeps the log of a run that ended; nothing when it printed nothing, or there is no space for it. Idempotent. */
export async function retainLog(logFile: string, folder: string, runId: string): Promise<void> {
  await using log = await openLog(logFile, 'read')
  if (log === undefined || (await log.stat()).size === 0) return
  const kept = join(folder, `${runId}.log`)
  try {
    await pipeline(log.createReadStream({ autoClose: false }), createWriteStream(kept, { mode: 0o600 }))
  } catch (error) {
    if (!isOutOfSpace(error)) throw error
    // What ran must be cleared away all the same, and that gives space.
    await rm(kept, { force: true })
  }
  // Run ids are UUIDv7: their order is that of the starts.
  const names = (await readdir(folder)).sort()
  for (const name of names.slice(0, -keptRuns)) await rm(join(folder, name), { force: true })
}
