import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hashInputs, hasStamp, writeWhole } from './stamp.ts'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'berth-stamp-'))
  await mkdir(join(dir, 'src/deep'), { recursive: true })
  await writeFile(join(dir, 'src/a.ts'), 'a')
  await writeFile(join(dir, 'src/deep/b.ts'), 'b')
})
afterEach(() => rm(dir, { recursive: true }))

const hash = (): Promise<string> => hashInputs(dir, ['src', 'lock.yaml'])

test('equal inputs, equal hash; any changed, new, moved or lost file changes it', async () => {
  const first = await hash()
  expect(await hash()).toBe(first)
  const seen = new Set([first])
  const change = async (act: () => Promise<void>): Promise<void> => {
    await act()
    seen.add(await hash())
  }
  await change(() => writeFile(join(dir, 'src/deep/b.ts'), 'B'))
  await change(() => writeFile(join(dir, 'src/c.ts'), ''))
  await change(() => writeFile(join(dir, 'lock.yaml'), 'x'))
  await change(() => rm(join(dir, 'src/a.ts')))
  expect(seen.size).toBe(5)
})

test('tests, texts and modules do not count', async () => {
  const first = await hash()
  await mkdir(join(dir, 'src/node_modules'))
  await writeFile(join(dir, 'src/node_modules/x.js'), 'x')
  await writeFile(join(dir, 'src/a.test.ts'), 'x')
  await writeFile(join(dir, 'src/README.md'), 'x')
  expect(await hash()).toBe(first)
})

test('a stamp holds for exactly its own text', async () => {
  const path = join(dir, 'stamp')
  expect(await hasStamp(path, 'one')).toBe(false)
  await writeWhole(path, 'one')
  expect(await hasStamp(path, 'one')).toBe(true)
  expect(await hasStamp(path, 'two')).toBe(false)
})
