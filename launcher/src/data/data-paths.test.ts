import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dataPaths, makeDataDirs, removeIdleSocketDirs, root, upCommand } from './data-paths.ts'

test('a socket folder goes when no machine is left in it, and stays with one that runs on', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'berth-paths-'))
  const socketDir = join(dir, 'sockets')
  const paths = { ...dataPaths(dir), socketDir }
  try {
    await mkdir(join(socketDir, 'host-1', '0123456789ab'), { recursive: true })
    await mkdir(join(socketDir, 'host-2'))
    await writeFile(join(socketDir, 'host-1', '0123456789ab', 'pid'), '1')
    await removeIdleSocketDirs(paths, ['host-1', 'host-2', 'host-3'])
    expect(await readdir(socketDir)).toEqual(['host-1'])
    expect(await readdir(join(socketDir, 'host-1', '0123456789ab'))).toEqual(['pid'])

    await rm(join(socketDir, 'host-1', '0123456789ab'), { recursive: true })
    await removeIdleSocketDirs(paths, ['host-1', 'host-2'])
    expect(await readdir(dir)).toEqual([])
    await removeIdleSocketDirs(paths, ['host-1'])
  } finally {
    await rm(dir, { recursive: true })
  }
})

test('a data folder that cannot be made is answered with what is in the way', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'berth-paths-'))
  try {
    await writeFile(join(dir, 'file'), '')
    await expect(makeDataDirs(dataPaths(join(dir, 'file')))).rejects.toThrow(
      /file is not usable: a file lies in its place/,
    )
    await expect(makeDataDirs(dataPaths(join(dir, 'file/x')))).rejects.toThrow(
      /x is not usable: a file lies on its path/,
    )
  } finally {
    await rm(dir, { recursive: true })
  }
})

test('whoever chose another data folder is told to start that one', () => {
  expect(upCommand(join(root, 'var'))).toBe('./berth up')
  expect(upCommand('/srv/berth')).toBe('./berth up --data /srv/berth')
})
