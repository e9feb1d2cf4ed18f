import { mkdir, mkdtemp, open, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { currentBuild, isBuilt, makeCurrent, pruneBuilds, publishBuild } from './page-builds.ts'

const [first, second, third, fourth] = ['1', '2', '3', '4'].map((digit) => digit.repeat(16))
if (!first || !second || !third || !fourth) throw new Error('four names')

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'berth-builds-'))
})
afterEach(() => rm(dir, { recursive: true }))

async function build(name: string): Promise<void> {
  await mkdir(join(dir, 'making/cache'), { recursive: true })
  await writeFile(join(dir, 'making/cache/known'), name)
  await writeFile(join(dir, 'making/BUILD_ID'), name)
  await publishBuild(dir, name)
}

const folders = async (): Promise<string[]> =>
  (await readdir(dir, { withFileTypes: true })).flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort()

test('a build becomes current as a whole, the one before stays, and the cache stays with the compiler', async () => {
  expect(await currentBuild(dir)).toBeUndefined()
  await build(first)
  await build(second)
  expect(await currentBuild(dir)).toBe(second)
  expect(await readFile(join(dir, 'current/BUILD_ID'), 'utf8')).toBe(second)
  expect(await readFile(join(dir, 'previous/BUILD_ID'), 'utf8')).toBe(first)
  expect(await readdir(join(dir, second))).toEqual(['BUILD_ID'])
  expect(await readdir(join(dir, 'making'))).toEqual(['cache'])
})

test('what an interrupted publication left is no build and does not hinder the next', async () => {
  await build(first)
  await mkdir(join(dir, `${second}.part`))
  await writeFile(join(dir, `${second}.part/half`), '')
  expect(await isBuilt(dir, second)).toBe(false)
  await build(second)
  expect(await readdir(join(dir, second))).toEqual(['BUILD_ID'])
  expect(await folders()).toEqual([first, second, 'making'])
})

test('going back to sources that are still built exchanges current and previous', async () => {
  await build(first)
  await build(second)
  await makeCurrent(dir, first)
  await makeCurrent(dir, first)
  expect(await realpath(join(dir, 'current'))).toBe(await realpath(join(dir, first)))
  expect(await realpath(join(dir, 'previous'))).toBe(await realpath(join(dir, second)))
})

test('pruning leaves current, the one before, and what a process serves', async () => {
  for (const name of [first, second, third, fourth]) await build(name)
  {
    await using _served = await open(join(dir, first))
    await pruneBuilds(dir)
    expect(await folders()).toEqual([first, third, fourth, 'making'])
  }
  await pruneBuilds(dir)
  expect(await folders()).toEqual([third, fourth, 'making'])
})
