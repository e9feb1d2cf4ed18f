import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, lstat, mkdir, rmdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { launcherEnv } from './env.ts'
import { LauncherError, messageOf, systemCodeOf } from '../terminal/launcher-error.ts'

export const root = resolve(import.meta.dirname, '../../..')

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

/** How to start the Berth whose data lie there. */
export const upCommand = (dataDir: string): string =>
  dataDir === join(root, 'var') ? './berth up' : `./berth up --data ${dataDir}`

/** Where an ordinary user without a runtime folder has his sockets. */
const sharedTmpDir = join('/tmp', `berth-${process.getuid?.() ?? 0}`)

function socketDirOf(dataDir: string): string {
  const tag = createHash('sha256').update(dataDir).digest('hex').slice(0, 8)
  if (isRoot) return `/run/berth/${tag}`
  const { xdgRuntimeDir } = launcherEnv
  if (xdgRuntimeDir && existsSync(xdgRuntimeDir)) return join(xdgRuntimeDir, 'berth', tag)
  return join(sharedTmpDir, tag)
}

/** Of what keeps a folder from being made; for the rest the system's own words, with call and path. */
const obstacles: Partial<Record<string, string>> = {
  EACCES: 'you may not write there.',
  EEXIST: 'a file lies in its place.',
  // So Node answers for a whole missing path on a file system that may only be read.
  ENOENT: 'the file system does not let it be made; is it read-only?',
  ENOTDIR: 'a file lies on its path.',
  EROFS: 'its file system is read-only.',
}

function whyNot(error: unknown, { socketDir }: DataPaths): string {
  const isOfSockets = error instanceof Error && 'path' in error && error.path === socketDir
  return (isOfSockets ? undefined : obstacles[systemCodeOf(error) ?? '']) ?? messageOf(error)
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
    if (dirname(paths.socketDir) === sharedTmpDir) await requireOwn(sharedTmpDir)
  } catch (cause) {
    throw new LauncherError(`The data folder ${paths.dataDir} is not usable: ${whyNot(cause, paths)}`, { cause })
  }
}

/** Anybody may make a folder in /tmp, also one of this name: whoever owns it could replace what lies in it. */
async function requireOwn(dir: string): Promise<void> {
  const { uid } = await lstat(dir)
  if (uid !== process.getuid?.()) throw new Error(`${dir} belongs to somebody else (user ${uid})`)
}

/** Takes the hosts' socket folders away that have no machine left; those of machines that run on stay. */
export async function removeIdleSocketDirs({ socketDir }: DataPaths, hostNames: readonly string[]): Promise<void> {
  for (const name of hostNames) await removeIfEmpty(join(socketDir, name))
  await removeIfEmpty(socketDir)
}

async function removeIfEmpty(dir: string): Promise<void> {
  try {
    await rmdir(dir)
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(systemCodeOf(error) ?? '')) throw error
  }
}
