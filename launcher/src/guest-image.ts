import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureListedPackages } from './install-packages.ts'
import { root } from './paths.ts'
import { runProgram } from './run-program.ts'
import type { StageNote } from './stages.ts'
import { hashInputs, hasStamp, writeWhole } from './stamp.ts'

const guestsDir = join(root, 'e2e/guests')
const outDir = join(guestsDir, 'out')

export const tinyImagePath = join(outDir, 'tiny.qcow2')
const stampPath = `${tinyImagePath}.stamp`

/** Identifies the image's recipe; undefined when the image is not built. */
export async function tinyImageStamp(): Promise<string | undefined> {
  const stamp = await hashInputs(root, ['e2e/guests'])
  return (await hasStamp(stampPath, stamp)) ? stamp : undefined
}

/** Builds the small bootable image from Debian packages, unless its recipe's is there. */
export async function ensureTinyImage(): Promise<StageNote> {
  if (await tinyImageStamp()) return undefined
  await ensureListedPackages([guestsDir])
  await mkdir(outDir, { recursive: true })
  const partial = join(outDir, `tiny.${process.pid}.part.qcow2`)
  try {
    await runProgram([join(guestsDir, 'build-tiny.sh'), partial], {
      cwd: root,
      failure: 'The small image could not be built:',
    })
    await rename(partial, tinyImagePath)
  } finally {
    await rm(partial, { force: true })
  }
  await writeWhole(stampPath, await hashInputs(root, ['e2e/guests']))
  return 'built'
}
