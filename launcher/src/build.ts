import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { root } from './paths.ts'
import { runProgram } from './run-program.ts'
import type { StageNote } from './stages.ts'
import { hashInputs, hasStamp, writeWhole } from './stamp.ts'

const webDir = join(root, 'apps/web')
const buildDir = join(webDir, '.next')
const previousDir = join(root, '.cache/previous-build')
const stampPath = join(buildDir, 'berth-stamp')

const pageInputs = [
  'src',
  'scripts',
  'public',
  'next.config.ts',
  'next.config.mjs',
  'postcss.config.mjs',
  'package.json',
  'tsconfig.json',
]
// packages/api is not among them: pages see it as types only, which the import rules hold.
const inputs = [
  ...pageInputs.map((name) => join('apps/web', name)),
  'packages/ui/src',
  'packages/core/src',
  'pnpm-lock.yaml',
]

/**
 * Builds the pages, unless these sources are built. A failed or interrupted build leaves the previous one in place, with
 * its old stamp, so that the next `up` builds again and a running panel can still start.
 */
export async function ensureBuild(): Promise<StageNote> {
  await restoreInterrupted()
  const stamp = await hashInputs(root, inputs)
  if (await hasStamp(stampPath, stamp)) return undefined
  if (await exists(buildDir)) await setAside()
  try {
    await runProgram(['node', join(webDir, 'node_modules/next/dist/bin/next'), 'build'], {
      cwd: webDir,
      env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
      failure: 'The panel could not be built:',
    })
    await runProgram(['node', join(webDir, 'scripts/compress-static.ts')], {
      failure: 'The built pages could not be compressed:',
    })
    await writeWhole(stampPath, stamp)
  } catch (error) {
    await rm(buildDir, { recursive: true, force: true })
    await restoreInterrupted()
    throw error
  }
  await rm(previousDir, { recursive: true, force: true })
  return 'built'
}

/** The compiler's cache moves along: it makes the next build twice as fast, and serving needs none of it. */
async function setAside(): Promise<void> {
  await mkdir(dirname(previousDir), { recursive: true })
  await rename(buildDir, previousDir)
  const cache = join(previousDir, 'cache')
  if (!(await exists(cache))) return
  await mkdir(buildDir)
  await rename(cache, join(buildDir, 'cache'))
}

async function restoreInterrupted(): Promise<void> {
  if (!(await exists(previousDir))) return
  await rm(buildDir, { recursive: true, force: true })
  await rename(previousDir, buildDir)
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** What the running processes were started from: when it changes, `up` restarts them. */
export function hashSources(): Promise<string> {
  return hashInputs(root, [
    ...inputs,
    'packages/api/src',
    'apps/web/server',
    'apps/agent/src',
    'prisma/src',
    'prisma/migrations',
    'prisma/schema.prisma',
    'launcher/src',
  ])
}
