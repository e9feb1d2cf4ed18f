import { join } from 'node:path'
import { withLock } from '../install/install-lock.ts'
import { currentBuild, isBuilt, makeCurrent, pruneBuilds, publishBuild } from './page-builds.ts'
import { root } from '../data/data-paths.ts'
import { runProgram } from '../system/run-program.ts'
import type { StageNote } from '../terminal/stages.ts'
import { hashInputs } from '../install/stamp.ts'

const webDir = join(root, 'apps/web')
const buildsDir = join(webDir, '.next/builds')

const pageInputs = [
  'src',
  'scripts',
  'public',
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
 * Builds the pages, unless these sources are built, and makes them what a panel serves that starts from now on. Running
 * panels keep theirs; a failed or interrupted build changes nothing.
 */
export async function ensureBuild(): Promise<StageNote> {
  // A lock of its own: benchmarks build without the launcher's.
  return withLock(buildsDir, async () => {
    const name = (await hashInputs(root, inputs)).slice(0, 16)
    if ((await currentBuild(buildsDir)) === name) return undefined
    if (await isBuilt(buildsDir, name)) {
      await makeCurrent(buildsDir, name)
      return 'built before'
    }
    await compile()
    await publishBuild(buildsDir, name)
    return 'built'
  })
}

async function compile(): Promise<void> {
  await runProgram(['node', join(webDir, 'node_modules/next/dist/bin/next'), 'build'], {
    cwd: webDir,
    env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
    failure: 'The panel could not be built:',
  })
  await runProgram(['node', join(webDir, 'scripts/compress-static.ts')], {
    failure: 'The built pages could not be compressed:',
  })
}

/** After panels were restarted: removes the builds that nobody serves any more. */
export async function removeOldBuilds(): Promise<void> {
  await withLock(buildsDir, () => pruneBuilds(buildsDir))
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
