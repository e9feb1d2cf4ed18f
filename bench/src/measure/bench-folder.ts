/**
 * The folder of one run, with everything that it starts and writes. A run that was killed outright (SIGKILL, the computer's
 * memory) ends nothing: its QEMUs, which are nobody's children by design, would run on and disturb every later measurement.
 * So a folder tells whose it is, and the next run ends what is left of those whose owner is dead.
 */
import { lstat, mkdtemp, readFile, readdir, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { identify, isAlive, waitForEnd, type ProcessIdentity } from '@berth/launcher/src/system/living-process.ts'
import { parseJson } from '@berth/launcher/src/data/settings.ts'
import { z } from 'zod'
import { signalIfThere } from './last-rites.ts'

const prefix = 'berth-bench-'
const ownerFile = 'owner.json'
const goneTimeoutMs = 10_000
const ownerSchema = z.object({ pid: z.int(), startTime: z.int() })
/** What benchmarks start; a shell or a pager that somebody has open in the folder is none of it. */
const ourPrograms =
  /^(node|qemu-system-\w+|postgres|libvirtd|prometheus-libvirt-exporter|python3[\d.]*)( \(deleted\))?$/

/** Makes the run's folder, after ending what dead runs have left in `parent`. Who makes it removes it. */
export async function makeBenchFolder(parent = tmpdir()): Promise<string> {
  await endLeftovers(parent)
  const dir = await mkdtemp(join(parent, prefix))
  await writeFile(join(dir, ownerFile), JSON.stringify(await identify(process.pid)), { mode: 0o600 })
  return dir
}

/** Of our own user's folders only, and only where the owner is known and dead. */
async function endLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const dir = join(parent, name)
    if (!name.startsWith(prefix) || !(await isLeftOver(dir))) continue
    await endProcessesOf(dir)
    await rm(dir, { recursive: true, force: true })
    process.stdout.write(`Ended what a killed benchmark had left in ${dir}\n`)
  }
}

async function isLeftOver(dir: string): Promise<boolean> {
  const folder = await lstat(dir).catch(() => undefined)
  if (folder?.isDirectory() !== true || folder.uid !== process.getuid?.()) return false
  // None in a folder that is just being made: then it is nobody's to remove.
  const owner = ownerSchema.safeParse(parseJson(await textOf(join(dir, ownerFile)))).data
  return owner !== undefined && !(await isAlive(owner))
}

/** Until none is left: an agent may start a QEMU while we look. */
async function endProcessesOf(dir: string): Promise<void> {
  for (;;) {
    const found = await processesOf(dir)
    if (found.length === 0) return
    for (const { identity, program } of found) {
      // PostgreSQL's own way to end at once; it takes its children and its shared memory along.
      const signal = program === 'postgres' ? 'SIGQUIT' : 'SIGKILL'
      if (await isAlive(identity)) signalIfThere(identity.pid, signal)
    }
    for (const { identity } of found) await gone(identity)
  }
}

interface Found {
  identity: ProcessIdentity
  program: string
}

/** Programs that a benchmark starts, and that name the folder on their command line or in their environment. */
async function processesOf(dir: string): Promise<Found[]> {
  const found: Found[] = []
  for (const name of await readdir('/proc')) {
    const identity = /^\d+$/.test(name) && Number(name) !== process.pid ? await identify(Number(name)) : undefined
    if (!identity) continue
    const program = basename(await readlink(`/proc/${name}/exe`).catch(() => ''))
    if (!ourPrograms.test(program)) continue
    const words = (await textOf(`/proc/${name}/cmdline`)) + (await textOf(`/proc/${name}/environ`))
    if (words.includes(`${dir}/`)) found.push({ identity, program })
  }
  return found
}

async function gone(identity: ProcessIdentity): Promise<void> {
  if (!(await waitForEnd(identity, goneTimeoutMs))) {
    throw new Error(`process ${identity.pid} of a killed benchmark does not end`)
  }
}

/** Gone, or another user's: nothing of ours to read. */
const textOf = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')
