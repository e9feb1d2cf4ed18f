import { describe, expect, it } from 'vitest'
import { fileNameOf, readChecksum } from './image-checksum.ts'

const a = 'a'.repeat(64)
const b = 'B'.repeat(128)

describe('readChecksum', () => {
  it.each([
    ['a bare digest', a, `sha256:${a}`],
    ['one with its algorithm', ` sha512:${b} `, `sha512:${b.toLowerCase()}`],
    ['a line of SHA256SUMS', `${a} *debian.qcow2`, `sha256:${a}`],
    ['a BSD line', `SHA512 (debian.qcow2) = ${b}`, `sha512:${b.toLowerCase()}`],
    ['the line of this file in a whole list', `${'c'.repeat(64)}  other.img\n${a}  debian.qcow2\n`, `sha256:${a}`],
  ])('reads %s', (_name, text, checksum) => {
    expect(readChecksum(text, 'debian.qcow2')).toEqual({ kind: 'checksum', checksum })
  })

  it('takes nothing for none, and refuses to guess', () => {
    expect(readChecksum('  \n', null)).toEqual({ kind: 'none' })
    expect(readChecksum('a'.repeat(63), null).kind).toBe('unclear')
    expect(readChecksum(`${a}  x\n${a}  y`, 'debian.qcow2').kind).toBe('unclear')
    expect(readChecksum('f'.repeat(96), null).kind).toBe('unclear')
  })
})

it('finds the file of an address', () => {
  expect(fileNameOf('https://a.example/b/c.img?x=1')).toBe('c.img')
  expect(fileNameOf('https://a.example/')).toBeNull()
  expect(fileNameOf('nonsense')).toBeNull()
})
