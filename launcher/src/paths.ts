import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { launcherEnv } from './env.ts'
import { LauncherError, messageOf } from './launcher-error.ts'

export const root = resolve(import.meta.dirname, '../..')

const isRoot = process.getuid?.() === 0

export interface DataPaths {
  dataDir: string
  databaseDir: string
  hostsDir: string
  logsDir: string
  /** The launcher's own records; the processes' sockets are in `socketDir`. */
  recordDir: string
  settings: string
  supervisorRecord: string
  initialAdmin: string
  /** Short, because a unix socket's path holds 107 bytes, and lost at a reboot, as sockets should be. */
  socketDir: string
}

export function dataPaths(dataDir: string): DataPaths {
  const recordDir = join(dataDir, 'run')
  return {
    dataDir,
    databaseDir: join(dataDir, 'database'),
    hostsDir: join(dataDir, 'hosts'),
    logsDir: join(dataDir, 'logs'),
    recordDir,
    settings: join(recordDir, 'settings.json'),
    supervisorRecord: join(recordDir, 'supervisor.json'),
    initialAdmin: join(dataDir, 'initial-admin'),
    socketDir: socketDirOf(dataDir),
  }
}

function socketDirOf(dataDir: string): string {
  const tag = createHash('sha256').update(dataDir).digest('hex').slice(0, 8)
  if (isRoot) return `/run/berth/${tag}`
  const { xdgRuntimeDir } = launcherEnv
  if (xdgRuntimeDir && existsSync(xdgRuntimeDir)) return join(xdgRuntimeDir, 'berth', tag)
  return join('/tmp', `berth-${process.getuid?.() ?? 0}`, tag)
}

/**
 * Makes the data folders. As root the data folder itself lets others through, not look around: database and QEMU run
 * as users of their own and have their folders below it.
 */
export async function makeDataDirs(paths: DataPaths): Promise<void> {
  try {
    await mkdir(paths.dataDir, { recursive: true })
    await chmod(paths.dataDir, isRoot ? 0o711 : 0o700)
    await mkdir(paths.hostsDir, { recursive: true, mode: isRoot ? 0o711 : 0o700 })
    for (const dir of [paths.logsDir, paths.recordDir]) await mkdir(dir, { recursive: true, mode: 0o700 })
    await mkdir(paths.socketDir, { recursive: true, mode: isRoot ? 0o711 : 0o700 })
  } catch (cause) {
    throw new LauncherError(`The data folder ${paths.dataDir} is not usable: ${messageOf(cause)}`, { cause })
  }
}
