import { expect, it } from 'vitest'
import { emptyPlace, placeOf, placeProblems } from './pool-place.ts'

const nfs = { ...emptyPlace, kind: 'nfs', server: 'nas', exportPath: '/srv/berth' } as const

it('asks for what its kind needs, and for nothing else', () => {
  expect(Object.keys(placeProblems(emptyPlace))).toEqual(['path'])
  expect(Object.keys(placeProblems({ ...emptyPlace, kind: 'nfs' }))).toEqual(['server', 'exportPath'])
  expect(placeProblems({ ...emptyPlace, path: '/srv/x' })).toEqual({})
  expect(placeProblems(nfs)).toEqual({})
  expect(placeProblems({ ...nfs, server: 'nas:/x' }).server).toMatch(/name of the server/)
})

it('leaves the version to host and server where none is chosen', () => {
  expect(placeOf(nfs)).toEqual({ source: { kind: 'nfs', server: 'nas', exportPath: '/srv/berth', version: null } })
  expect(placeOf({ ...nfs, version: '4.1' })).toMatchObject({ source: { version: '4.1' } })
  expect(placeOf({ ...nfs, kind: 'directory', path: '/srv/x' })).toEqual({ path: '/srv/x' })
})
