/**
 * The run directory of a machine: QEMU's sockets, pid file and log. It is not data: gone after the host's boot, and no
 * loss then.
 *
 * A unix socket's path must be below 108 bytes, and the agent's data directory may be deep: so run directories lie under
 * a root of their own (/run/berth), named by a hash of the id. The first digits of the id itself would not do: those of
 * two UUIDv7 of the same minute are the same.
 */
import { createHash } from 'node:crypto'
import { chown, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@berth/core/errors/app-error'

export interface RunDirPaths {
  dir: string
  qmpSocket: string
  /** For a human expert; the agent never connects to it. */
  expertQmpSocket: string
  guestAgentSocket: string
  vncSocket: string
  serialSocket: string
  pidFile: string
  /** What QEMU and its starter print. */
  logFile: string
  /** Screenshots are written here by QEMU, read and removed by the agent. */
  screenFile: string
  vmIdFile: string
}

/** Linux: sun_path is 108 bytes with the NUL. */
const maxSocketPathBytes = 107
const dirNamePattern = /^[0-9a-f]{12}$/

/** Pure. Throws INPUT_INVALID when `runRoot` is so deep that a socket in it could not be bound. */
export function runDirPaths(runRoot: string, vmId: string): RunDirPaths {
  const dir = join(runRoot, createHash('sha256').update(vmId).digest('hex').slice(0, 12))
  const paths = {
    dir,
    qmpSocket: join(dir, 'qmp'),
    expertQmpSocket: join(dir, 'qmp-expert'),
    guestAgentSocket: join(dir, 'qga'),
    vncSocket: join(dir, 'vnc'),
    serialSocket: join(dir, 'serial'),
    pidFile: join(dir, 'pid'),
    logFile: join(dir, 'qemu.log'),
    screenFile: join(dir, 'screen.png'),
    vmIdFile: join(dir, 'vm-id'),
  }
  const longest = Buffer.byteLength(paths.expertQmpSocket)
  if (longest <= maxSocketPathBytes) return paths
  const most = maxSocketPathBytes - (longest - Buffer.byteLength(runRoot))
  throw new AppError('INPUT_INVALID', `the run root ${runRoot} is too long for sockets: at most ${most} bytes`, {
    details: { runRoot, socketPathBytes: longest, maxSocketPathBytes },
  })
}

/** Makes the run root: only the agent may list it, QEMU's users may pass through to their own directory. */
export async function createRunRoot(runRoot: string): Promise<void> {
  await mkdir(runRoot, { recursive: true, mode: 0o711 })
}

/** Makes the directory, 0700 and owned by QEMU's user, who binds its sockets in it. Idempotent. */
export async function createRunDir(
  paths: RunDirPaths,
  vmId: string,
  user?: { uid: number; gid: number },
): Promise<void> {
  await mkdir(paths.dir, { recursive: true, mode: 0o700 })
  // Made anew: the folder may be QEMU's user's already, who must not choose where the agent writes.
  await rm(paths.vmIdFile, { force: true })
  await writeFile(paths.vmIdFile, vmId, { mode: 0o600, flag: 'wx' })
  if (user !== undefined) await chown(paths.dir, user.uid, user.gid)
}

/** Removes it with all that is in it. Only once QEMU is gone: its pid file is the lock against a second one. */
export async function removeRunDir(paths: RunDirPaths): Promise<void> {
  await rm(paths.dir, { recursive: true, force: true })
}

/** The ids of the machines that have a run directory, running or not; [] when there is no root yet. */
export async function listRunDirs(runRoot: string): Promise<string[]> {
  const names = await readdir(runRoot).catch(ifMissing<string[]>([]))
  const ids = names
    .filter((name) => dirNamePattern.test(name))
    .map((name) => readFile(join(runRoot, name, 'vm-id'), 'utf8').catch(ifMissing('')))
  return (await Promise.all(ids)).filter((id) => id !== '')
}

const ifMissing =
  <T>(value: T) =>
  (error: unknown): T => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return value
    throw error
  }
