/**
 * Whether guests really run: boots a disk with one sector of code and waits for it to say so.
 *
 * A node /dev/kvm proves nothing: there are hosts where it opens, answers its ioctls, and every guest hangs. So the probe
 * goes the way of a guest: firmware, disk, boot sector, and code that ends QEMU through the isa-debug-exit port.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '@berth/core/errors/app-error'
import { runCommand } from '../exec/run-command.ts'

const exitPort = 0xf4
const exitValue = 0x21
/** isa-debug-exit turns a written v into the exit code 2v+1. */
const expectedExitCode = exitValue * 2 + 1

/** `mov al, 0x21; out 0xf4, al; hlt; jmp $-1`, and the signature that firmware looks for. */
function bootDisk(): Buffer {
  // SeaBIOS 1.16 does not boot from a virtio disk that is smaller than a cylinder.
  const sector = Buffer.alloc(1024 * 1024)
  Buffer.from([0xb0, exitValue, 0xe6, exitPort, 0xf4, 0xeb, 0xfd]).copy(sector)
  sector.writeUInt16LE(0xaa55, 510)
  return sector
}

/** Boots once. Returns undefined when the guest ran, else why not, in words. Throws OPERATION_CANCELLED only. */
export async function bootProbe(options: {
  binary: string
  acceleration: 'kvm' | 'tcg'
  timeoutMs: number
  signal?: AbortSignal | undefined
}): Promise<string | undefined> {
  const dir = await mkdtemp(join(tmpdir(), 'berth-probe-'))
  try {
    const disk = join(dir, 'disk')
    await writeFile(disk, bootDisk(), { mode: 0o600 })
    const args = [
      ...['-nodefaults', '-no-user-config', '-display', 'none', '-machine', 'q35', '-m', '64'],
      ...['-accel', options.acceleration, '-cpu', options.acceleration === 'kvm' ? 'host' : 'max'],
      ...['-device', `isa-debug-exit,iobase=${exitPort},iosize=1`, '-no-reboot'],
      ...['-blockdev', JSON.stringify({ driver: 'file', 'node-name': 'disk', filename: disk, 'read-only': true })],
      ...['-device', JSON.stringify({ driver: 'virtio-blk-pci', drive: 'disk' })],
    ]
    const { binary, timeoutMs, signal } = options
    await runCommand({ file: binary, args, timeoutMs, signal })
    return 'the probe guest ended without a word'
  } catch (error) {
    return whyNot(error)
  } finally {
    await rm(dir, { recursive: true })
  }
}

function whyNot(error: unknown): string | undefined {
  if (!(error instanceof AppError) || error.code === 'OPERATION_CANCELLED') throw error
  if (error.details['exitCode'] === expectedExitCode) return undefined
  if (error.code === 'COMMAND_TIMEOUT') return 'a probe guest hung'
  const { lastLines } = error.details
  const line: unknown = Array.isArray(lastLines) ? lastLines.at(-1) : undefined
  return typeof line === 'string' ? line : error.message
}
