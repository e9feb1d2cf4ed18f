/** qemu-img and bsdtar of a simulated host: files of their names, small and sparse, that say what they are. */
import { copyFile, open, stat, writeFile } from 'node:fs/promises'
import { AppError } from '@berth/core/errors/app-error'
import { MiB } from '@berth/core/units/bytes'
import type { CommandResult, RunCommandOptions } from '../exec/run-command.ts'

/** Larger ones are made anew: a simulated guest reads nothing. */
const copiedBytes = 64 * MiB
const done: CommandResult = { stdout: '', stderr: '', exitCode: 0 }

/** As runCommand: throws COMMAND_FAILED for a program that a simulated host does not have, which bubblewrap is, too. */
export async function runSimTool(options: RunCommandOptions): Promise<CommandResult> {
  const { file, args } = options
  const verb = `${file} ${args[0] ?? ''}`
  if (verb === 'qemu-img create') await writeQcow2(args.at(-2) ?? '', Number(args.at(-1)))
  else if (verb === 'qemu-img convert') await copyDisk(args.at(-2) ?? '', args.at(-1) ?? '')
  else if (file === 'bsdtar')
    await writeFile(args[args.indexOf('-f') + 1] ?? '', 'A simulated disc.\n', { mode: 0o600 })
  else if (verb !== 'qemu-img resize' && verb !== 'qemu-img check') {
    throw new AppError('COMMAND_FAILED', `${file} could not be started: a simulated host does not have it`, {
      details: { file },
    })
  }
  options.onLine?.('(100.00/100%)')
  return done
}

/** What is read of an image that a user brought is a description, after `json:`. */
const fileIn = (source: string): string => /"filename":"([^"]+)"/.exec(source)?.[1] ?? source

async function copyDisk(source: string, to: string): Promise<void> {
  const from = fileIn(source)
  const { size } = await stat(from)
  if (size <= copiedBytes) await copyFile(from, to)
  else await writeQcow2(to, size)
}

/** The header of a version 3 image without a cluster. */
export async function writeQcow2(path: string, virtualBytes: number): Promise<void> {
  const header = Buffer.alloc(104)
  header.write('QFI\xfb', 0, 'latin1')
  header.writeUInt32BE(3, 4)
  header.writeUInt32BE(16, 20)
  header.writeBigUInt64BE(BigInt(virtualBytes), 24)
  header.writeUInt32BE(4, 96)
  header.writeUInt32BE(104, 100)
  await using handle = await open(path, 'w', 0o600)
  await handle.write(header)
}
