import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { makeTarGz } from './tar-archive.ts'

const file = (path: string, text: string, isExecutable = false) => ({ path, content: Buffer.from(text), isExecutable })
const long = `${'deep/'.repeat(22)}file.ts`
const files = [
  file('run', 'x'.repeat(512), true),
  file('a/b.ts', 'hello'),
  file('a/empty', ''),
  file(long, 'y'.repeat(1_300)),
]

/** As tar(1) reads it; that tar(1) itself does is seen in e2e/join-host.e2e.ts. */
function unpack(archive: Buffer): { path: string; mode: number; text: string }[] {
  const tar = gunzipSync(archive)
  const found: { path: string; mode: number; text: string }[] = []
  for (let at = 0; tar[at] !== 0;) {
    const field = (start: number, length: number): string =>
      tar.toString('latin1', at + start, at + start + length).replace(/\0.*$/s, '')
    const isHeader = [...tar.subarray(at, at + 512)].reduce(
      (sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte),
      0,
    )
    expect(Number.parseInt(field(148, 8), 8)).toBe(isHeader)
    expect(field(257, 5)).toBe('ustar')
    const size = Number.parseInt(field(124, 12), 8)
    const prefix = field(345, 155)
    const text = tar.toString('utf8', at + 512, at + 512 + size)
    found.push({
      path: prefix === '' ? field(0, 100) : `${prefix}/${field(0, 100)}`,
      mode: Number.parseInt(field(100, 8), 8),
      text,
    })
    at += 512 + Math.ceil(size / 512) * 512
  }
  return found
}

test('holds each file with its name, its rights and its bytes', () => {
  expect(unpack(makeTarGz(files))).toEqual(
    files
      .toSorted((a, b) => (a.path < b.path ? -1 : 1))
      .map(({ path, content, isExecutable }) => ({
        path,
        mode: isExecutable ? 0o755 : 0o644,
        text: content.toString(),
      })),
  )
})

test('the same files are the same bytes, in whatever order they come', () => {
  expect(makeTarGz(files.toReversed())).toEqual(makeTarGz(files))
})

test('a name that fits nowhere is refused', () => {
  expect(() => makeTarGz([file('x'.repeat(101), '')])).toThrow('too long for a tar archive')
})
