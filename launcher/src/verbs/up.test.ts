import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dataPaths, makeDataDirs, type DataPaths } from '../data/data-paths.ts'
import { pickFreePort } from '../system/tcp-ports.ts'
import { needsRestart, parseSettings, writeSettings, type Settings } from '../data/settings.ts'
import { choose } from './up.ts'

let paths: DataPaths
beforeEach(async () => {
  paths = dataPaths(await mkdtemp(join(tmpdir(), 'berth-up-')))
  await makeDataDirs(paths)
})
afterEach(async () => {
  await rm(paths.dataDir, { recursive: true })
  await rm(paths.socketDir, { recursive: true })
})

const nothingGiven = () => ({
  dataDir: paths.dataDir,
  port: undefined,
  listen: undefined,
  hostCount: undefined,
  isClosed: undefined,
})
const settings = async (): Promise<Settings> => ({
  port: await pickFreePort(),
  listen: '127.0.0.1',
  hosts: [{ name: 'host-1', address: '127.0.0.1', port: 4711, namespace: null }],
  lab: null,
  databaseUrl: 'postgresql://ann@db/berth',
  demo: null,
  sourceHash: 'abc',
  isDev: false,
})

test('what is not given stays as it was, and then nothing restarts', async () => {
  const last = await settings()
  await writeSettings(paths.settings, last)
  const { sourceHash, isDev, ...kept } = last
  const chosen = await choose(nothingGiven(), paths)
  expect(chosen).toEqual(kept)
  expect(needsRestart(last, { ...chosen, sourceHash, isDev })).toBe(false)
})

test('another port, other sources or a new host restart; known hosts keep their ports', async () => {
  const last = await settings()
  await writeSettings(paths.settings, last)
  const chosen = await choose({ ...nothingGiven(), port: await pickFreePort(), hostCount: 2 }, paths)
  expect(chosen.hosts).toMatchObject([{ name: 'host-1', port: 4711 }, { name: 'host-2' }])
  expect(needsRestart(last, { ...last, ...chosen })).toBe(true)
  expect(needsRestart(last, { ...last, sourceHash: 'def' })).toBe(true)
})

test('hosts are not taken away in passing', async () => {
  const last = await settings()
  const second = { name: 'host-2', address: '127.0.0.1', port: 4712, namespace: null }
  await writeSettings(paths.settings, { ...last, hosts: [...last.hosts, second] })
  await expect(choose({ ...nothingGiven(), hostCount: 1 }, paths)).rejects.toThrow('has 2 hosts')
})

test('settings survive their file; a damaged one counts as absent', async () => {
  const last = await settings()
  expect(parseSettings(JSON.stringify(last))).toEqual(last)
  const housed = { name: 'host-2', address: '10.200.4.11', port: 7443, namespace: 'berth-0-host-2' }
  const inLab = { ...last, hosts: [...last.hosts, housed], lab: { panelAddress: '10.200.4.1', isClosed: true } }
  expect(needsRestart(inLab, parseSettings(JSON.stringify(inLab)) ?? last)).toBe(false)
  expect(parseSettings(JSON.stringify(last).slice(0, 40))).toBeUndefined()
  expect(parseSettings('{"port":"x"}')).toBeUndefined()
})

test('settings of before there were labs: their hosts are on the loopback', async () => {
  const { lab: _lab, hosts: _hosts, ...old } = await settings()
  expect(parseSettings(JSON.stringify({ ...old, hosts: [{ name: 'host-1', port: 4711 }] }))).toMatchObject({
    hosts: [{ name: 'host-1', address: '127.0.0.1', port: 4711, namespace: null }],
    lab: null,
  })
})
