import { join } from 'node:path'
import { root } from '../data/data-paths.ts'
import { runProgram } from '../system/run-program.ts'
import type { StageNote } from '../terminal/stages.ts'
import { hashInputs, hasStamp, writeWhole } from './stamp.ts'

const manifests = [
  '',
  'apps/agent',
  'apps/web',
  'packages/api',
  'packages/core',
  'packages/ui',
  'prisma',
  'e2e',
  'bench',
  'launcher',
]
const inputs = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc', ...manifests.map((dir) => join(dir, 'package.json'))]

/** Installs the modules of the lockfile, unless this lockfile's are there. */
export async function ensureModules(): Promise<StageNote> {
  const stampPath = join(root, 'node_modules/.berth-stamp')
  const stamp = await hashInputs(root, [...inputs])
  if (await hasStamp(stampPath, stamp)) return undefined
  await runProgram(['pnpm', 'install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only'], {
    cwd: root,
    // Without a terminal pnpm asks before it replaces a folder that another version made; CI answers yes.
    env: { CI: 'true' },
    failure: 'pnpm could not install the modules:',
  })
  await writeWhole(stampPath, stamp)
  return 'installed'
}

/** Generates the database client, unless the schema's is there. */
export async function ensureDatabaseClient(): Promise<StageNote> {
  const stampPath = join(root, 'prisma/src/generated/.berth-stamp')
  const stamp = await hashInputs(root, [
    'prisma/schema.prisma',
    'prisma/schema',
    'prisma/prisma.config.ts',
    'prisma/package.json',
  ])
  if (await hasStamp(stampPath, stamp)) return undefined
  await runProgram(['pnpm', 'run', 'generate'], {
    cwd: join(root, 'prisma'),
    failure: 'The database client could not be generated:',
  })
  await writeWhole(stampPath, stamp)
  return 'generated'
}
