/**
 * The builds of the pages that lie side by side, one folder each. A running panel serves the folder it found at its start,
 * so a new build never changes what it serves.
 *
 *     making      where the compiler works; its cache stays here
 *     <stamp>     a whole build, moved here in one step, never changed again
 *     current     names the one with which a panel starts
 *     previous    names the one before: pages that are still open ask for its files (apps/web/server/built-pages.ts)
 */
import { mkdir, readdir, readlink, realpath, rename, rm, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'

const makingName = 'making'
/** Of use to the next build or to the type checker, not to a panel. */
const staysBehind = new Set(['cache', 'types', 'diagnostics', 'lock', 'trace', 'trace-build'])
const isBuildName = (name: string): boolean => /^[0-9a-f]{16}$/.test(name)

/** The name of the build with which a panel would start now. */
export async function currentBuild(dir: string): Promise<string | undefined> {
  return readlink(join(dir, 'current')).catch(() => undefined)
}

export async function isBuilt(dir: string, name: string): Promise<boolean> {
  return stat(join(dir, name)).then(
    () => true,
    () => false,
  )
}

/** Takes what the compiler made as build `name` and makes it the current one. Its cache stays where it is. */
export async function publishBuild(dir: string, name: string): Promise<void> {
  const making = join(dir, makingName)
  const partial = join(dir, `${name}.part`)
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial)
  for (const entry of await readdir(making)) {
    if (!staysBehind.has(entry)) await rename(join(making, entry), join(partial, entry))
  }
  await rename(partial, join(dir, name))
  await makeCurrent(dir, name)
}

export async function makeCurrent(dir: string, name: string): Promise<void> {
  const last = await currentBuild(dir)
  if (last === name) return
  if (last !== undefined && (await isBuilt(dir, last))) await pointTo(dir, 'previous', last)
  await pointTo(dir, 'current', name)
}

/** In one step, so that a panel which starts meanwhile finds the one or the other. */
async function pointTo(dir: string, link: string, name: string): Promise<void> {
  const partial = join(dir, `${link}.part`)
  await rm(partial, { force: true })
  await symlink(name, partial)
  await rename(partial, join(dir, link))
}

/**
 * Removes the builds that are neither current nor the one before nor served by a living panel. Panels of other users are
 * not seen unless we are root.
 */
export async function pruneBuilds(dir: string): Promise<void> {
  const kept = await Promise.all(['current', 'previous'].map((link) => readlink(join(dir, link)).catch(() => '')))
  const names = await readdir(dir).catch((): string[] => [])
  const spare = names.filter((name) => isBuildName(name) && !kept.includes(name))
  if (spare.length === 0) return
  const open = await openFolders(await realpath(dir))
  for (const name of spare) if (!open.has(name)) await rm(join(dir, name), { recursive: true, force: true })
}

/** Which folders of `dir` a process holds open; a panel does for as long as it serves one. */
async function openFolders(dir: string): Promise<Set<string>> {
  const found = new Set<string>()
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  for (const pid of pids) {
    // It ended meanwhile, or is another user's.
    const handles = await readdir(`/proc/${pid}/fd`).catch((): string[] => [])
    const targets = await Promise.all(handles.map((handle) => readlink(`/proc/${pid}/fd/${handle}`).catch(() => '')))
    for (const target of targets) if (target.startsWith(`${dir}/`)) found.add(target.slice(dir.length + 1))
  }
  return found
}
