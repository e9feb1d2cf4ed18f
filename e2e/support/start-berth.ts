/** Playwright's global set-up: one Berth for the whole run, through the launcher, with real everything. */
import { chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { placePath, resultsDir, runDirOf, type BerthPlace } from './berth-place.ts'
import { freePort } from './unused-port.ts'
import { runLauncher } from './run-launcher.ts'
import { createRunDatabase } from './run-database.ts'
import stopBerth from './stop-berth.ts'

export default async function startBerth(): Promise<void> {
  // A run that was killed has left its Berth behind.
  await stopBerth()
  await mkdir(resultsDir, { recursive: true })
  const dataDir = await mkdtemp(join(tmpdir(), 'berth-e2e-'))
  await chmod(dataDir, 0o711)
  const url = `http://127.0.0.1:${await freePort()}`
  const { DATABASE_URL: serverUrl } = process.env
  const database = serverUrl ? await createRunDatabase(serverUrl) : null
  const place: BerthPlace = { url, dataDir, runDir: runDirOf(dataDir), email: '', password: '', token: '', database }
  await writePlace(place)
  try {
    // Only the start is told of the database: from then on the launcher remembers it.
    const env = database === null ? {} : { DATABASE_URL: database.url }
    await runLauncher(['up', '--data', dataDir, '--port', new URL(url).port], env)
    const token = await runLauncher(['token', 'create', '--data', dataDir, '--name', 'e2e', '--expires', '12h'])
    await writePlace({ ...place, ...(await firstAdmin(dataDir)), token: token.trim() })
  } catch (error) {
    await stopBerth()
    throw error
  }
}

async function writePlace(place: BerthPlace): Promise<void> {
  await writeFile(placePath, JSON.stringify(place, null, 2), { mode: 0o600 })
}

async function firstAdmin(dataDir: string): Promise<{ email: string; password: string }> {
  const text = await readFile(join(dataDir, 'initial-admin'), 'utf8')
  const field = (name: string): string => new RegExp(`^${name}: (.+)$`, 'm').exec(text)?.[1] ?? ''
  return { email: field('email'), password: field('password') }
}
