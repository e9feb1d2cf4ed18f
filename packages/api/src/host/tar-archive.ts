/**
 * A tar archive (ustar) of plain files, gzipped. Pure. The same files give the same bytes: everything belongs to root, was
 * changed in 1970, and lies in the order of its names; whoever has the sum knows what he gets.
 */
import { gzipSync } from 'node:zlib'

export interface ArchivedFile {
  /** Relative, with "/"; at most 100 bytes, or 155 and 100 on the two sides of a "/". */
  readonly path: string
  readonly content: Uint8Array
  readonly isExecutable: boolean
}

const blockBytes = 512
const nameBytes = 100
const prefixBytes = 155

/** Throws RangeError for a path that does not fit. */
export function makeTarGz(files: readonly ArchivedFile[]): Buffer {
  const inOrder = files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const blocks = inOrder.flatMap((file) => [headerOf(file), file.content, padding(file.content.byteLength)])
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]), { level: 9 })
}

const padding = (bytes: number): Buffer => Buffer.alloc((blockBytes - (bytes % blockBytes)) % blockBytes)

function headerOf({ path, content, isExecutable }: ArchivedFile): Buffer {
  const header = Buffer.alloc(blockBytes)
  const { prefix, name } = splitPath(path)
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`
  header.write(name, 0)
  header.write(octal(isExecutable ? 0o755 : 0o644, 7), 100)
  header.write(octal(0, 7), 108) // uid
  header.write(octal(0, 7), 116) // gid
  header.write(octal(content.byteLength, 11), 124)
  header.write(octal(0, 11), 136) // mtime
  header.write('        ', 148) // its own sum counts as spaces
  header.write('0', 156) // a plain file
  header.write('ustar\x0000', 257)
  header.write('root', 265)
  header.write('root', 297)
  header.write(prefix, 345)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

function splitPath(path: string): { prefix: string; name: string } {
  if (Buffer.byteLength(path) <= nameBytes) return { prefix: '', name: path }
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)]
    if (Buffer.byteLength(prefix) <= prefixBytes && Buffer.byteLength(name) <= nameBytes) return { prefix, name }
  }
  throw new RangeError(`${path} is too long for a tar archive`)
}
