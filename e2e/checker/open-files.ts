/** Files that processes have open and the locks that QEMU holds on them, read from /proc alone. */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'

export interface OpenFile {
  readonly path: string
  /** Device and inode: the same file under two names, or two files one after the other under one name. */
  readonly identity: string
  readonly isWritable: boolean
  /**
   * QEMU's lock "I write" is a shared one on byte 101 (block/file-posix.c: RAW_PERM_BASE + bit 1), which the kernel merges
   * with its neighbours. A disk that was handed over, or waits to be, has none.
   */
  readonly hasWriteLock: boolean
}

const accessModes = 0o3
const readOnly = 0o0
const qemuWriteByte = 101

/** Regular files only; [] for a process that is gone or somebody else's. */
export function openFilesOf(pid: number): OpenFile[] {
  const dir = `/proc/${pid}/fd`
  return (orUndefined(() => readdirSync(dir)) ?? []).flatMap((fd) => {
    const file = orUndefined(() => openFileOf(pid, fd))
    return file ? [file] : []
  })
}

function openFileOf(pid: number, fd: string): OpenFile | undefined {
  const path = readlinkSync(`/proc/${pid}/fd/${fd}`)
  if (!path.startsWith('/') || path.startsWith('/dev/') || path.startsWith('/memfd:')) return undefined
  const facts = statSync(`/proc/${pid}/fd/${fd}`)
  if (!facts.isFile()) return undefined
  const info = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8')
  const flags = Number.parseInt(/^flags:\s*([0-7]+)$/m.exec(info)?.[1] ?? '0', 8)
  return {
    path,
    identity: `${facts.dev}:${facts.ino}`,
    isWritable: (flags & accessModes) !== readOnly,
    hasWriteLock: locksOf(info).some(([first, last]) => first <= qemuWriteByte && qemuWriteByte <= last),
  }
}

/** Ranges of the open-file-description locks, from lines like "lock:	1: OFDLCK ADVISORY  READ -1 fe:00:123 100 101". */
function locksOf(info: string): [first: number, last: number][] {
  return info.split('\n').flatMap((line) => {
    const words = line.split(/\s+/)
    return words[0] === 'lock:' && words[2] === 'OFDLCK' ? [[Number(words[7]), Number(words[8])]] : []
  })
}

/** Processes and descriptors go while they are looked at. */
function orUndefined<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    // It ended, was closed, or is not ours to look at.
    return undefined
  }
}
