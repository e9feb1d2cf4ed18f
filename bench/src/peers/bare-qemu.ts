/** The bare commands that a create comes down to: qemu-img for the overlay, QEMU with Berth's own arguments, `cont`. */
import { execFile } from 'node:child_process'
import { chmod, copyFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { QmpWire, statusSchema } from '../berth/qmp-wire.ts'
import { startProgram } from '../measure/started-program.ts'

const run = promisify(execFile)

export interface BareRecipe {
  /** As the panel showed it for a machine of Berth's, program first. */
  argv: readonly string[]
  /** That machine's run directory, which is replaced in the arguments. */
  runDir: string
}

/**
 * The recipe with a copy of the seed disc, which goes with its machine. Bare commands get it for nothing: making one is
 * something that Berth does on top.
 */
export async function keepSeed({ argv, runDir }: BareRecipe, dir: string): Promise<BareRecipe> {
  const [seed] = argv.join(' ').match(/(?<="filename":")[^"]+\.iso/) ?? []
  if (seed === undefined) return { argv, runDir }
  const kept = join(dir, 'bare-seed.iso')
  await copyFile(seed, kept)
  await chmod(kept, 0o644)
  return { argv: argv.map((arg) => arg.replaceAll(seed, kept)), runDir }
}

/** Milliseconds from the first command until QEMU says that it runs; it is ended afterwards. */
export async function timeBareCreate({ argv, runDir }: BareRecipe, dir: string): Promise<number> {
  const ownDir = join(dir, 'bare')
  const overlay = join(ownDir, 'disk.qcow2')
  const { volume, image } = diskPaths(argv)
  await mkdir(ownDir)
  const own = argv.map((arg) => arg.replaceAll(runDir, ownDir).replaceAll(volume, overlay))
  const began = performance.now()
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', image, '-F', 'qcow2', overlay, '64M'])
  await using qemu = await startProgram({ argv: own, logPath: join(dir, 'bare.log') })
  using qmp = await QmpWire.open(join(ownDir, 'qmp'))
  await qmp.command('cont')
  const { running } = statusSchema.parse(await qmp.command('query-status'))
  const tookMs = performance.now() - began
  if (!running) throw new Error('QEMU does not run after cont')
  await qemu.end('SIGKILL')
  await rm(ownDir, { recursive: true })
  return tookMs
}

function diskPaths(argv: readonly string[]): { volume: string; image: string } {
  const [volume, image] = argv.join(' ').match(/(?<="filename":")[^"]+\.qcow2/g) ?? []
  if (volume === undefined || image === undefined) throw new Error('the command line names no overlay and image')
  return { volume, image }
}
