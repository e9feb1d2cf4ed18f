import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { poolSourceSchema, namesOnePlace, nfsExportPathSchema, nfsServerSchema, sourceText } from './pool-source.ts'

const isServer = (text: unknown): boolean => nfsServerSchema.safeParse(text).success
const isExport = (text: unknown): boolean => nfsExportPathSchema.safeParse(text).success

describe('a server', () => {
  it.each(['nas', 'NAS-1.example.org', '10.0.0.7', 'fd00::1', '::ffff:10.0.0.7', 'a'.repeat(63)])('may be %s', (text) =>
    expect(isServer(text)).toBe(true),
  )
  it.each([
    ...[
      '',
      ' ',
      '-o',
      '-rf',
      'nas ',
      'nas,rw',
      'nas:/x',
      'nas/x',
      '[fd00::1]',
      'fe80::1%eth0',
      'nas\n',
      'nas\0',
      '.nas',
      'nas.',
    ],
    ...['a..b', 'a'.repeat(64), `${'a.'.repeat(126)}ab`, 'nás', 'na_s', '$(id)'],
  ])('may not be %j', (text) => expect(isServer(text)).toBe(false))
})

describe('an export', () => {
  it.each(['/', '/srv', '/srv/berth', '/vol/a:b@c+d=e~f-g_h.i', '/.hidden/x..y'])('may be %s', (text) =>
    expect(isExport(text)).toBe(true),
  )
  it.each([
    ...[
      '',
      'srv',
      '//',
      '/srv/',
      '/srv//x',
      '/srv/..',
      '/../etc',
      '/./x',
      '/a b',
      '/a,soft',
      '/a\n',
      '/a\\040b',
      '/a\0',
    ],
    ...['-o', `/${'a'.repeat(500)}`, '/a;b', '/$(id)', '/a"b'],
  ])('may not be %j', (text) => expect(isExport(text)).toBe(false))
})

const names = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.webUrl(), fc.ipV6(), fc.domain())

it('cannot end an argument or an option, whatever is let through', () => {
  const isPlain = (server: string, exportPath: string): boolean => {
    const source = poolSourceSchema.safeParse({ kind: 'nfs', server, exportPath, version: null })
    return !source.success || /^[[\w][\w.:\][-]*:\/[\w/.@:+=~-]*$/.test(sourceText(source.data))
  }
  fc.assert(fc.property(names, names, isPlain))
})

it('is written as mount takes it', () => {
  expect(sourceText({ server: 'nas', exportPath: '/srv' })).toBe('nas:/srv')
  expect(sourceText({ server: 'fd00::1', exportPath: '/' })).toBe('[fd00::1]:/')
})

it('knows nothing but its four fields', () => {
  const source = { kind: 'nfs', server: 'nas', exportPath: '/srv', version: '4.2' }
  expect(poolSourceSchema.safeParse(source).success).toBe(true)
  for (const change of [
    { options: 'rw' },
    { kind: 'cifs' },
    { version: '2' },
    { version: '4.2,soft' },
    { version: undefined },
  ])
    expect(poolSourceSchema.safeParse({ ...source, ...change }).success).toBe(false)
})

it('is named instead of a directory, not beside it', () => {
  const source = { kind: 'nfs', server: 'nas', exportPath: '/srv', version: null } as const
  expect([{ path: '/a' }, { source }, { path: '/a', source: null }].every(namesOnePlace)).toBe(true)
  expect([{}, { path: '/a', source }, { path: null, source: null }].some(namesOnePlace)).toBe(false)
})
