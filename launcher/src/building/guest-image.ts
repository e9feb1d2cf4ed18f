import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureListedPackages } from '../install/install-packages.ts'
import { root } from '../data/data-paths.ts'
import { runProgram } from '../system/run-program.ts'
import type { StageNote } from '../terminal/stages.ts'
import { hashInputs, hasStamp, writeWhole } from '../install/stamp.ts'

const guestsDir = join(root, 'e2e/guests')
const recipe = ['build-tiny.sh', 'debian-packages.sh', 'tiny'].map((name) => join('e2e/guests', name))
const outDir = join(guestsDir, 'out')
/** Its list names the packages that the build needs. */
export const tinyRecipeDir = join(guestsDir, 'tiny')

export const tinyImagePath = join(outDir, 'tiny.qcow2')
const stampPath = `${tinyImagePath}.stamp`

/** Identifies the image's recipe; undefined when the image is not built. */
export async function tinyImageStamp(): Promise<string | undefined> {
  const stamp = await hashInputs(root, recipe)
  return (await hasStamp(stampPath, stamp)) ? stamp : undefined
}

/** Builds the small bootable image from Debian packages, unless its recipe's is there. */
export async function ensureTinyImage(): Promise<StageNote> {
  if (await tinyImageStamp()) return undefined
  await ensureListedPackages([tinyRecipeDir])
  await mkdir(outDir, { recursive: true })
  // The script writes beside and renames, and keeps its own cache: a killed build leaves no half image.
  await runProgram([join(guestsDir, 'build-tiny.sh'), tinyImagePath], {
    cwd: root,
    failure: 'The small image could not be built:',
  })
  await writeWhole(stampPath, await hashInputs(root, recipe))
  return 'built'
}
