import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cliEnvironment } from './env.ts'

export const packageDir = fileURLToPath(new URL('..', import.meta.url))
const enginePath = fileURLToPath(new URL('./schema-engine.ts', import.meta.url))

/** Whether the CLI is there: an installation without development dependencies lacks it. */
export function findPrismaPackage(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('prisma/package.json')
  } catch {
    // MODULE_NOT_FOUND is the answer.
    return undefined
  }
}

/** Runs `prisma <args>` in this package's folder, on our terminal. Returns its exit code. */
export function runPrisma(args: readonly string[]): number {
  const packagePath = findPrismaPackage()
  if (packagePath === undefined)
    throw new Error('The Prisma CLI is not installed: run pnpm install with development dependencies')
  const cli = join(dirname(packagePath), 'build', 'index.js')
  const inherited = cliEnvironment()
  // The CLI starts the engine by its first line, which asks PATH for node: make that the node we run on.
  const path = [dirname(process.execPath), inherited.PATH].join(delimiter)
  const engine = inherited.PRISMA_NATIVE_ENGINE ? {} : { PRISMA_SCHEMA_ENGINE_BINARY: enginePath }
  const env = { CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1', ...inherited, ...engine, PATH: path }
  return spawnSync(process.execPath, [cli, ...args], { stdio: 'inherit', cwd: packageDir, env }).status ?? 1
}
