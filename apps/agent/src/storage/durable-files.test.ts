import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { spawnDetached } from '../exec/spawn-detached.ts'
import { publishFile } from './durable-files.ts'

it('publishes a file that it may not write to', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'berth-durable-'))
  const partPath = join(folder, 'image.part')
  await copyFile('/bin/sleep', partPath)
  // Root may write to a read-only file, but not even root to a program that runs.
  const program = await spawnDetached({ file: partPath, args: ['60'], logPath: '/dev/null' })
  try {
    await publishFile(partPath, join(folder, 'image'))
    expect(await readdir(folder)).toEqual(['image'])
  } finally {
    process.kill(program.pid)
    await program.exited
    await rm(folder, { recursive: true })
  }
})
