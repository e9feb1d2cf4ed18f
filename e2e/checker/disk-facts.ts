/** The head of a disk's file, read by hand: no program of QEMU's may open it while its machine runs. */
import { open, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

export interface DiskFacts {
  readonly virtualBytes: number
  readonly backing: string | null
  readonly isBackingMissing: boolean
}

const qcow2Magic = 0x514649fb
const headBytes = 4096

/** Undefined for a file that is not of that format, or is gone. */
export async function readDiskFacts(path: string, format: 'qcow2' | 'raw'): Promise<DiskFacts | undefined> {
  try {
    if (format === 'raw') return { virtualBytes: (await stat(path)).size, backing: null, isBackingMissing: false }
    return await readQcow2(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

async function readQcow2(path: string): Promise<DiskFacts | undefined> {
  const head = Buffer.alloc(headBytes)
  {
    await using file = await open(path, 'r')
    await file.read(head, 0, headBytes, 0)
  }
  if (head.readUInt32BE(0) !== qcow2Magic) return undefined
  const virtualBytes = Number(head.readBigUInt64BE(24))
  const offset = Number(head.readBigUInt64BE(8))
  const length = head.readUInt32BE(16)
  if (offset === 0 || offset + length > headBytes) return { virtualBytes, backing: null, isBackingMissing: false }
  const backing = head.toString('utf8', offset, offset + length)
  const isThere = await stat(resolve(dirname(path), backing)).then(
    () => true,
    () => false,
  )
  return { virtualBytes, backing, isBackingMissing: !isThere }
}
