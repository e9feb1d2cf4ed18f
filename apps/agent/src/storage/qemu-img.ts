/**
 * The few uses of qemu-img. The format is always said, never probed; file names are absolute and made by us.
 *
 * What users bring is only ever read by `check` and `convertUntrusted`, in a child that has no network, sees nothing but
 * /usr and the two files, and has bounds on memory and CPU. Without bubblewrap (or the right to use it) the bounds
 * and the header's check remain.
 */
import { constants, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import type { DiskFormat } from '@berth/core/storage/volume'
import { GiB, MiB } from '@berth/core/units/bytes'
import { hypervisor } from '../hypervisor/hypervisor.ts'

const quickTimeoutMs = 20_000
const longTimeoutMs = 6 * 3_600_000

export interface LongRun {
  signal: AbortSignal
  /** 0 to 1. */
  onProgress: (share: number) => void
}

/** Creates an empty disk, or one over `backing` (a path relative to the new file's folder, so that a pool can move). */
export async function createDisk(options: {
  path: string
  format: DiskFormat
  sizeBytes: number
  backing?: string
}): Promise<void> {
  const backing = options.backing === undefined ? [] : ['-b', options.backing, '-F', 'qcow2']
  // Extended L2 entries or preallocation would need a newer QEMU on the other end of a move; plain qcow2 v3 does not.
  const args = ['create', '-q', '-f', options.format, ...backing, options.path, String(options.sizeBytes)]
  await hypervisor().runTool({ file: 'qemu-img', args, timeoutMs: quickTimeoutMs })
}

export async function resizeDisk(path: string, format: DiskFormat, sizeBytes: number): Promise<void> {
  await hypervisor().runTool({
    file: 'qemu-img',
    args: ['resize', '-q', '-f', format, path, String(sizeBytes)],
    timeoutMs: quickTimeoutMs,
  })
}

/** A full copy of a disk of ours into a new file of `format`. */
export async function copyDisk(options: LongRun & { from: string; to: string; format: DiskFormat }): Promise<void> {
  await hypervisor().runTool({
    file: 'qemu-img',
    args: ['convert', '-p', '-W', '-m', '16', '-f', 'qcow2', '-O', options.format, options.from, options.to],
    endsWithAgent: true,
    timeoutMs: longTimeoutMs,
    signal: options.signal,
    onLine: (line) => reportPercent(line, options.onProgress),
  })
}

/** Converts what a user brought into a qcow2 of ours. Throws IMAGE_CORRUPT when it is damaged. */
export async function convertUntrusted(
  options: LongRun & { from: string; format: DiskFormat; to: string; fileBytes: number },
): Promise<void> {
  const limits = { addressSpaceBytes: 2 * GiB, cpuSeconds: 60 + Math.ceil(options.fileBytes / (8 * MiB)) }
  if (options.format === 'qcow2') await checkUntrusted(options.from, limits, options.signal)
  // The target exists before the child starts, because the child sees single files and cannot make names.
  await (await open(options.to, 'w', 0o600)).close()
  const source = { driver: 'file', filename: '/mnt/source' }
  const image =
    options.format === 'raw' ? { driver: 'raw', file: source } : { driver: 'qcow2', backing: null, file: source }
  const args = ['convert', '-p', '-O', 'qcow2', `json:${JSON.stringify(image)}`, '/mnt/target']
  await inSandbox({ ...options, args, limits })
}

async function checkUntrusted(
  from: string,
  limits: { addressSpaceBytes: number; cpuSeconds: number },
  signal: AbortSignal,
): Promise<void> {
  const image = { driver: 'qcow2', backing: null, file: { driver: 'file', filename: '/mnt/source' } }
  try {
    await inSandbox({
      from,
      to: undefined,
      args: ['check', '-q', '-U', `json:${JSON.stringify(image)}`],
      limits,
      signal,
    })
  } catch (error) {
    // 3 is "leaked clusters": space lost in the file, but every byte of the disk is there.
    if (!hasErrorCode(error, 'COMMAND_FAILED') || error.details.exitCode === 3) return
    throw new AppError('IMAGE_CORRUPT', 'The image is damaged or cut off: its tables point outside the file.', {
      cause: error,
      details: { lastLines: error.details.lastLines },
    })
  }
}

interface SandboxRun {
  from: string
  to: string | undefined
  args: readonly string[]
  limits: { addressSpaceBytes: number; cpuSeconds: number }
  signal: AbortSignal
  onProgress?: (share: number) => void
}

async function inSandbox(run: SandboxRun): Promise<void> {
  const isWalled = await hasBubblewrap()
  const wall = isWalled ? ['bwrap', ...bubblewrapArgs(run.from, run.to), '--'] : []
  const args = isWalled ? run.args : run.args.map((arg) => withRealPaths(arg, run))
  const [file = 'qemu-img', ...rest] = [...wall, 'qemu-img', ...args]
  const { onProgress } = run
  await hypervisor().runTool({
    file,
    args: rest,
    limits: run.limits,
    endsWithAgent: true,
    timeoutMs: longTimeoutMs,
    maxOutputBytes: 64 * MiB,
    signal: run.signal,
    ...(onProgress === undefined ? {} : { onLine: (line: string) => reportPercent(line, onProgress) }),
  })
}

function bubblewrapArgs(from: string, to: string | undefined): string[] {
  const target = to === undefined ? [] : ['--bind', to, '/mnt/target']
  const links = ['lib', 'lib64', 'bin', 'sbin'].flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`])
  return [
    '--unshare-all',
    '--die-with-parent',
    '--ro-bind',
    '/usr',
    '/usr',
    ...links,
    '--dev',
    '/dev',
    '--dir',
    '/mnt',
    '--ro-bind',
    from,
    '/mnt/source',
    ...target,
  ]
}

function withRealPaths(arg: string, run: SandboxRun): string {
  if (arg === '/mnt/target' && run.to !== undefined) return run.to
  if (!arg.startsWith('json:')) return arg
  return arg.replace('"/mnt/source"', JSON.stringify(run.from))
}

let bubblewrapAnswer: Promise<boolean> | undefined

/** Whether bubblewrap is there and may make namespaces, which some kernels and containers forbid. Tried once. */
function hasBubblewrap(): Promise<boolean> {
  bubblewrapAnswer ??= hypervisor()
    .runTool({
      file: 'bwrap',
      args: [...bubblewrapArgs('/usr', undefined), '--', 'true'],
      timeoutMs: 5_000,
    })
    .then(
      () => true,
      () => false,
    )
  return bubblewrapAnswer
}

const percentPattern = /\((\d+(?:\.\d+)?)\/100%\)/

function reportPercent(line: string, onProgress: (share: number) => void): void {
  const percent = percentPattern.exec(line)?.[1]
  if (percent !== undefined) onProgress(Math.min(1, Number(percent) / 100))
}

/** Whether the folder's file system takes O_DIRECT: tmpfs and some network file systems do not. `owner` where hosts share it. */
export async function supportsDirectIo(folder: string, owner: string | null = null): Promise<boolean> {
  const path = join(folder, `.direct-io-${owner ?? process.pid}`)
  try {
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_DIRECT, 0o600)
    await handle.close()
    return true
  } catch {
    return false // EINVAL is the answer "no"; any other failure is better met without O_DIRECT, too
  } finally {
    await rm(path, { force: true })
  }
}
