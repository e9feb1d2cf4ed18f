import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { repoRoot } from './berth-place.ts'

const run = promisify(execFile)

export const tinyImagePath = join(repoRoot, 'e2e/guests/out/tiny.qcow2')

/** A folder of the test's own. */
export async function temporaryDir(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'berth-e2e-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

/** A qcow2 that reads through to another file. */
export async function imageWithBackingFile(path: string): Promise<void> {
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', '/etc/hostname', '-F', 'raw', path, '64M'])
}

/** A qcow2 whose clusters lie in another file. */
export async function imageWithDataFile(path: string): Promise<void> {
  const options = `data_file=${path}.data,data_file_raw=on`
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', '-o', options, path, '64M'])
}

/** The first half of a good image. */
export async function truncatedImage(path: string): Promise<void> {
  const whole = await readFile(tinyImagePath)
  await writeFile(path, whole.subarray(0, whole.length / 2))
}

/** Opens a disk for writing from outside of Berth, and holds QEMU's lock on it. */
export async function holdDisk(disk: string, socketDir: string): Promise<AsyncDisposable> {
  const socket = join(socketDir, 'nbd')
  const child = spawn('qemu-nbd', [
    '--socket',
    socket,
    '--format',
    'qcow2',
    '--fork',
    '--pid-file',
    `${socket}.pid`,
    disk,
  ])
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`qemu-nbd ended with ${String(code)}`)
  const pid = Number(await readFile(`${socket}.pid`, 'utf8'))
  // Its end is seen by the lock's end: the file can be locked again.
  return {
    async [Symbol.asyncDispose]() {
      process.kill(pid)
      await (await open(disk)).close()
    },
  }
}
