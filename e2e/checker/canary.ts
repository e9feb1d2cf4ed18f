/** A pattern on a machine's disk that nobody has a reason to touch: whatever moves, copies or kills must leave it (I3). */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { violation, type Violation } from './violation.ts'

const run = promisify(execFile)

export interface Canary {
  readonly path: string
  readonly format: 'qcow2' | 'raw'
  /** Where on the disk; a multiple of 512. Guests of the tests write far below. */
  readonly offsetBytes: number
  readonly lengthBytes: number
  readonly byte: number
}

/** Only while no QEMU has the disk. Another one for each name, so that two disks cannot stand in for each other. */
export async function plantCanary(
  { lengthBytes = 256 * 1024, ...place }: Pick<Canary, 'path' | 'format' | 'offsetBytes'> & { lengthBytes?: number },
  name: string,
): Promise<Canary> {
  const byte = 1 + (createHash('sha256').update(name).digest().readUInt8(0) % 255)
  const canary = { ...place, lengthBytes, byte }
  await qemuIo(canary, ['-c', `write -P ${byte} ${canary.offsetBytes} ${canary.lengthBytes}`, '-c', 'flush'])
  return canary
}

/** Also while a QEMU runs with it: opened for reading, without asking for its locks. */
export async function canaryViolations(canary: Canary): Promise<Violation[]> {
  const { path, offsetBytes, lengthBytes, byte } = canary
  try {
    await qemuIo(canary, ['-r', '-U', '-c', `read -P ${byte} ${offsetBytes} ${lengthBytes}`])
    return []
  } catch (error) {
    const said =
      error instanceof Error && 'stderr' in error && 'stdout' in error ? [error.stdout, error.stderr] : [error]
    const reason = said.map(String).join(' ').replaceAll(path, 'it').replaceAll('\n', ' ').slice(0, 300)
    return [violation('I3', `the pattern at ${offsetBytes} of ${path} is not intact: ${reason}`)]
  }
}

/** qemu-io says a pattern's failure in words, and in its exit status only since QEMU 8. */
async function qemuIo({ path, format }: Pick<Canary, 'path' | 'format'>, args: readonly string[]): Promise<void> {
  const { stdout } = await run('qemu-io', ['-f', format, ...args, path], { timeout: 20_000 })
  if (/Pattern verification failed|failed:/i.test(stdout)) throw new Error(stdout)
}
