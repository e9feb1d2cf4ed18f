/** Where the tests' own Berth runs. Written once it is up, read by every test process and by the next run's start. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

export const repoRoot = join(import.meta.dirname, '../..')
export const resultsDir = join(repoRoot, 'e2e/results')
export const placePath = join(resultsDir, 'berth.json')

const placeSchema = z.object({
  url: z.url(),
  dataDir: z.string(),
  /** Of the agent's sockets and of QEMU's: outside the data folder, because a socket's path must be short. */
  runDir: z.string(),
  email: z.string(),
  password: z.string(),
  token: z.string(),
  /** On a server of the caller's; null for the embedded one. */
  database: z.object({ serverUrl: z.string(), url: z.string() }).nullable(),
})
export type BerthPlace = z.infer<typeof placeSchema>

/** Throws when no Berth was started for this run. */
export function readPlace(): BerthPlace {
  return placeSchema.parse(JSON.parse(readFileSync(placePath, 'utf8')))
}

/** Of sockets. The launcher's own rule is repeated here, so that the tests look where it says. */
export function runDirOf(dataDir: string): string {
  const tag = createHash('sha256').update(dataDir).digest('hex').slice(0, 8)
  if (process.getuid?.() === 0) return `/run/berth/${tag}`
  const { XDG_RUNTIME_DIR: runtimeDir } = process.env
  if (runtimeDir && existsSync(runtimeDir)) return join(runtimeDir, 'berth', tag)
  return join('/tmp', `berth-${process.getuid?.() ?? 0}`, tag)
}
