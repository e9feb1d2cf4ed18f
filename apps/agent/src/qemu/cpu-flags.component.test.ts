import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { cpuFlagsOnce } from './cpu-flags.ts'

it('asks QEMU once in a boot, and again when its note cannot be read', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'berth-cpu-'))
  const notePath = join(folder.path, 'cpu-flags.json')
  const options = { binary: '/usr/bin/qemu-system-x86_64', acceleration: 'tcg', notePath, bootId: 'one' } as const
  const ask = (bootId: string): Promise<string[]> =>
    cpuFlagsOnce({ ...options, bootId, signal: new AbortController().signal })
  const flags = await ask('one')
  expect(flags).toEqual(expect.arrayContaining(['lm', 'nx', 'sse2']))
  const note = await readFile(notePath, 'utf8')
  await writeFile(notePath, note.replace(/"flags":\[.*\]/, '"flags":["noted"]'))
  expect(await ask('one')).toEqual(['noted'])
  expect(await ask('two')).toEqual(flags)
  await writeFile(notePath, '{')
  expect(await ask('two')).toEqual(flags)
})
