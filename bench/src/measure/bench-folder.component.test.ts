import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { identify, isAlive } from '@berth/launcher/src/system/living-process.ts'
import { expect, test } from 'vitest'
import { makeBenchFolder } from './bench-folder.ts'

const module = join(import.meta.dirname, 'bench-folder.ts')
/** Makes a folder, starts a program in a session of its own that names it, and tells both; then waits for its end. */
const benchmark = `
  const { spawn } = require('node:child_process')
  import(${JSON.stringify(module)}).then(async ({ makeBenchFolder }) => {
    const dir = await makeBenchFolder(process.argv[1])
    const argv = ['-e', 'setTimeout(() => undefined, 600000)', dir + '/socket']
    const left = spawn(process.execPath, argv, { detached: true, stdio: 'ignore' })
    process.send({ dir, pid: left.pid })
    process.stdin.resume()
  })`

async function startBenchmark(parent: string) {
  const child = spawn(process.execPath, ['-e', benchmark, parent], { stdio: ['pipe', 'ignore', 'inherit', 'ipc'] })
  const exited = once(child, 'exit')
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  const [told] = (await once(child, 'message')) as [{ dir: string; pid: number }]
  return { kill, ...told }
}

test('what a killed benchmark left is ended by the next, what a living one has is not', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'berth-folder-test-'))
  const [killed, living] = await Promise.all([startBenchmark(parent), startBenchmark(parent)])
  try {
    const left = await identify(killed.pid)
    const kept = await identify(living.pid)
    if (!left || !kept) throw new Error('the programs did not start')
    await killed.kill()

    const own = await makeBenchFolder(parent)
    expect(await isAlive(left)).toBe(false)
    expect(existsSync(killed.dir)).toBe(false)
    expect(await isAlive(kept)).toBe(true)
    expect((await readdir(parent)).map((name) => join(parent, name)).toSorted()).toEqual([living.dir, own].toSorted())
  } finally {
    await Promise.all([killed.kill(), living.kill()])
    await makeBenchFolder(parent)
    await rm(parent, { recursive: true })
  }
})
