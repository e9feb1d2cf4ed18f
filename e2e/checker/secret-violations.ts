/** Known secrets, looked for where none may stand: logs, journals and records, argv, every row of every table (I11). */
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { findProcesses } from '../faults/host-processes.ts'
import { hostsOf, type BerthDirs } from './berth-layout.ts'
import { queryRows } from './panel-rows.ts'
import { violation, type Violation } from './violation.ts'

/** What it is of, and the secret itself, which no violation repeats. */
export type Secrets = ReadonlyMap<string, string>

/** As it is, and as it would stand in JSON, a URL, a header, or a column of bytes. */
function guises(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [
    ...new Set([
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      bytes.toString('base64').replace(/=+$/, ''),
      bytes.toString('hex'),
    ]),
  ]
}

export async function secretViolations(dirs: BerthDirs, secrets: Secrets): Promise<Violation[]> {
  const found: Violation[] = []
  for (const [name, secret] of secrets) {
    if (secret.length < 8) throw new Error(`the ${name} is too short to be looked for`)
    const all = guises(secret)
    const places = await Promise.all([inFiles(dirs, all), inArgv(dirs, all), inRows(dirs.dataDir, all)])
    found.push(...places.flat().map((place) => violation('I11', `the ${name} stands in ${place}`)))
  }
  return found
}

/** Logs of everything, the agents' journals, and what they wrote down of machines. */
async function inFiles(dirs: BerthDirs, needles: readonly string[]): Promise<string[]> {
  const hosts = await hostsOf(dirs)
  const folders = [
    join(dirs.dataDir, 'logs'),
    dirs.runDir,
    ...hosts.flatMap(({ dataDir }) => ['journal', 'vms', 'moves', 'network'].map((name) => join(dataDir, name))),
  ]
  const files = (await Promise.all(folders.map(filesBelow))).flat()
  const hits: string[] = []
  for (const path of files) if (await holds(path, needles)) hits.push(path)
  return hits
}

/** A seed disc holds what the guest is told, passwords too, and a key file holds its key: that is what they are for. */
const mayHold = /\.(iso|fd)$|(^|\/)(keys?\.psk|psk)$/

async function filesBelow(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile() && !mayHold.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
}

/** Reads in pieces: logs grow. What stands across the edge of two is found as well. */
async function holds(path: string, needles: readonly string[]): Promise<boolean> {
  const longest = Math.max(...needles.map((needle) => needle.length))
  let tail = ''
  try {
    for await (const chunk of createReadStream(path, { encoding: 'latin1', highWaterMark: 1 << 20 })) {
      const text = tail + String(chunk)
      if (needles.some((needle) => text.includes(Buffer.from(needle).toString('latin1')))) return true
      tail = text.slice(-4 * longest)
    }
  } catch (error) {
    // It was rotated or removed while it was read.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  return false
}

async function inArgv(dirs: BerthDirs, needles: readonly string[]): Promise<string[]> {
  const ours = (await Promise.all([findProcesses(dirs.dataDir), findProcesses(dirs.runDir)])).flat()
  return [...new Map(ours.map((one) => [one.pid, one])).values()]
    .filter(({ argv }) => argv.some((arg) => needles.some((needle) => arg.includes(needle))))
    .map(({ pid, argv }) => `the argv of ${argv[0] ?? ''} ${pid}`)
}

const tableRow = z.object({ name: z.string() })
const countRow = z.object({ hits: z.coerce.number() })
const tablesSql = `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`

async function inRows(dataDir: string, needles: readonly string[]): Promise<string[]> {
  const hits: string[] = []
  for (const { name } of await queryRows(dataDir, tableRow, [tablesSql, []])) {
    // As JSON each text is escaped once, and a column of bytes reads as \x and hexadecimal digits.
    const sql = `SELECT count(*) AS hits FROM "${name}" AS t WHERE EXISTS
      (SELECT 1 FROM unnest($1::text[]) AS needle WHERE strpos(to_jsonb(t)::text, needle) > 0)`
    const [count] = await queryRows(dataDir, countRow, [sql, [needles]])
    if ((count?.hits ?? 0) > 0) hits.push(`${count?.hits ?? 0} rows of ${name}`)
  }
  return hits
}
