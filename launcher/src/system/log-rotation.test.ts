import { appendFile, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rotateLog } from './log-rotation.ts'

test('the writer goes on in the same file, and two older files are kept', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'berth-log-'))
  const path = join(dir, 'panel.log')
  try {
    await using writer = await open(path, 'a')
    for (const round of ['one', 'two', 'three']) {
      await writer.write(`${round} is long\n`)
      expect(await rotateLog(path, 8)).toBe(true)
      expect(await rotateLog(path, 8)).toBe(false)
    }
    await writer.write('four')
    await appendFile(path, '!')
    expect(await readFile(path, 'utf8')).toBe('four!')
    expect(await readFile(`${path}.1`, 'utf8')).toBe('three is long\n')
    expect(await readFile(`${path}.2`, 'utf8')).toBe('two is long\n')
  } finally {
    await rm(dir, { recursive: true })
  }
})
