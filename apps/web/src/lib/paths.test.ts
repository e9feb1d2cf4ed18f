import { describe, expect, it } from 'vitest'
import { paths, safeNext } from './paths.ts'

describe('paths', () => {
  it('keeps the first tab out of the address', () => {
    expect(paths.machine('a1')).toBe('/machines/a1')
    expect(paths.machine('a1', 'console')).toBe('/machines/a1/console')
  })

  it('escapes ids and query values', () => {
    expect(paths.host('../x')).toBe('/hosts/..%2Fx')
    expect(paths.machines({ filter: 'state:running a&b', cursor: undefined })).toBe(
      '/machines?filter=state%3Arunning+a%26b',
    )
  })

  it.each([
    ...['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', ''],
    // Browsers drop these before they read the address.
    ...['/\t/evil.example', '/\n/evil.example', '/\r\\evil.example', '/machines\u0000'],
  ])('does not carry %j past the sign-in', (next) => {
    expect(safeNext(next)).toBeUndefined()
    expect(paths.signIn(next)).toBe('/sign-in')
  })

  it('carries a path of this panel', () => {
    expect(paths.signIn('/machines/a1?tab=x')).toBe('/sign-in?next=%2Fmachines%2Fa1%3Ftab%3Dx')
  })
})
