/** What a host finds at a path that is to be a shared pool. It makes a file there for a moment, and leaves nothing behind. */
import { chown, open, readdir, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { DirectoryReport } from '@berth/core/agent-contract/pool-commands'
import { toAppError } from '@berth/core/errors/app-error'
import type { PoolId } from '@berth/core/ids/ids'
import { firstClosedFolder } from '../host/machine-users.ts'
import { isMissing } from './durable-files.ts'
import { readMarker } from './pool-marker.ts'
import { supportsDirectIo } from './qemu-img.ts'

const patienceMs = 8_000
const nothing = { fileSystem: 'unknown', isOnRootDisk: false, totalBytes: 0, freeBytes: 0, supportsDirectIo: false }
const none: DirectoryReport = { ...nothing, poolId: null, problem: null }

/** Never throws: whatever is the matter is its `problem`. A directory that does not answer costs some seconds. */
export async function inspectDirectory(path: string): Promise<DirectoryReport> {
  const late = new AbortController()
  const silence = wait(patienceMs, { ...none, problem: `${path} does not answer.` }, late)
  const inspection = inspect(path).catch((error: unknown) => ({ ...none, problem: wordsOf(error, path) }))
  const report = await Promise.race([inspection, silence.catch(() => none)])
  late.abort()
  return report
}

async function inspect(path: string): Promise<DirectoryReport> {
  const [here, root, fs] = [await stat(path), await stat('/'), await statfs(path)]
  const seen = {
    fileSystem: fileSystemName(fs.type),
    isOnRootDisk: here.dev === root.dev,
    totalBytes: fs.blocks * fs.bsize,
    freeBytes: fs.bavail * fs.bsize,
  }
  if (!here.isDirectory()) return { ...none, ...seen, problem: `${path} is not a directory.` }
  const poolId = await readMarker(path)
  const problem = await objection(path, poolId)
  const hasDirectIo = problem === null && (await supportsDirectIo(path))
  return { ...seen, supportsDirectIo: hasDirectIo, poolId, problem }
}

async function objection(path: string, poolId: PoolId | null): Promise<string | null> {
  const closed = process.getuid?.() === 0 ? await firstClosedFolder([path]) : undefined
  if (closed !== undefined) return `Machines' users may not pass ${closed}: run chmod o+x on it.`
  const strangers = poolId === null ? (await readdir(path)).filter((name) => !isHarmless(name)) : []
  if (strangers.length > 0)
    return `${path} is not empty: ${strangers.slice(0, 3).join(', ')} ${strangers.length === 1 ? 'lies' : 'lie'} there. A pool begins in an empty directory.`
  return writeObjection(path)
}

/** What file systems and their servers put into the root themselves. */
const isHarmless = (name: string): boolean => name === 'lost+found' || name === '.snapshot' || name === '.zfs'

/** Whether a file can be made there and, by root, be given to others, which QEMU's users need. */
async function writeObjection(path: string): Promise<string | null> {
  const file = join(path, `.berth-test-${process.pid}`)
  try {
    await (await open(file, 'w', 0o600)).close()
    if (process.getuid?.() === 0) await chown(file, 0, 1)
    return null
  } catch (error) {
    if (hasCode(error, 'EPERM'))
      return `Files in ${path} cannot be given to machines' users: an NFS export needs no_root_squash for this host.`
    return wordsOf(error, path)
  } finally {
    await rm(file, { force: true }).catch(() => undefined) // what could not be written cannot be removed either
  }
}

function wordsOf(error: unknown, path: string): string {
  if (isMissing(error)) return `There is no directory ${path} on this host.`
  if (hasCode(error, 'EROFS')) return `${path} is mounted read-only.`
  if (hasCode(error, 'EACCES')) return `The agent may not write to ${path}.`
  return toAppError(error).message
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

/** From linux/magic.h and the file systems' own headers. */
const fileSystemNames: ReadonlyMap<number, string> = new Map([
  [0x6969, 'nfs'],
  [0xef53, 'ext'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x01021994, 'tmpfs'],
  [0x794c7630, 'overlay'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb'],
  [0x00c36400, 'ceph'],
  [0x65735546, 'fuse'],
  [0x01161970, 'gfs2'],
  [0x7461636f, 'ocfs2'],
  [0x2fc12fc1, 'zfs'],
  [0x01021997, '9p'],
])

const fileSystemName = (type: number): string => fileSystemNames.get(type) ?? `0x${type.toString(16)}`
