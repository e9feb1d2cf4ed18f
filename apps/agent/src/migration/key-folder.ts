/**
 * The key of one move as QEMU wants it: a folder with keys.psk that only its own unprivileged user can read.
 *
 * It lies in the run root and not in the machine's run directory, which belongs to that user: whoever took over a QEMU
 * could put a link in the place of what is written there by root. A host's own TLS key is never given to a QEMU.
 */
import { chown, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { QemuUser } from '../qemu/qemu-user.ts'
import type { RunDirPaths } from '../qemu/run-dir.ts'
import { keyUser } from '../qmp/commands/move-commands.ts'

const prefix = 'key-'
/** Beside the machine's run directory, and named like it. */
const folderOf = ({ dir }: RunDirPaths): string => join(dir, '..', `${prefix}${basename(dir)}`)

/** `key` is hexadecimal. Returns the folder for `setMoveKey`; replaces the one of an earlier move. */
export async function writeMoveKey(paths: RunDirPaths, key: string, user: QemuUser | undefined): Promise<string> {
  const folder = folderOf(paths)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { mode: 0o700 })
  const file = join(folder, 'keys.psk')
  await writeFile(file, `${keyUser}:${key}\n`, { mode: 0o600, flag: 'wx' })
  if (user === undefined) return folder
  await chown(file, user.uid, user.gid)
  // Last: from here on it is QEMU's user's, and nothing is written there any more.
  await chown(folder, user.uid, user.gid)
  return folder
}

/** What dead agents left: all but the keys of those that still wait. */
export async function sweepMoveKeys(runRoot: string, waiting: readonly RunDirPaths[]): Promise<void> {
  const kept = new Set(waiting.map((paths) => basename(folderOf(paths))))
  for (const name of await readdir(runRoot)) {
    if (name.startsWith(prefix) && !kept.has(name)) await rm(join(runRoot, name), { recursive: true, force: true })
  }
}

/** Idempotent. */
export async function removeMoveKey(paths: RunDirPaths): Promise<void> {
  await rm(folderOf(paths), { recursive: true, force: true })
}
