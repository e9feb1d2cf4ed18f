/**
 * Generates the Prisma client when schema, configuration or Prisma's version changed since the last time. Runs after each
 * `pnpm install`, where most often nothing did, and where somebody may be using the client that is there.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findPrismaPackage, packageDir, runPrisma } from './prisma-cli.ts'

const clientDir = join(packageDir, 'src', 'generated', 'prisma')
const stampPath = join(clientDir, 'made-from.txt')

const prismaPackage = findPrismaPackage()
if (prismaPackage === undefined && existsSync(join(clientDir, 'client.ts'))) {
  process.stdout.write('Prisma client: kept, as the Prisma CLI is not installed\n')
} else {
  process.exitCode = generateWhenChanged(prismaPackage)
}

function generateWhenChanged(packagePath: string | undefined): number {
  const wanted = fingerprint([join(packageDir, 'schema.prisma'), join(packageDir, 'prisma.config.ts'), packagePath])
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === wanted) return 0
  const code = runPrisma(['generate'])
  // Last, so that a generation that was cut short is done again.
  if (code === 0) writeFileSync(stampPath, wanted)
  return code
}

function fingerprint(paths: readonly (string | undefined)[]): string {
  const hash = createHash('sha256')
  for (const path of paths) if (path !== undefined) hash.update(readFileSync(path))
  return hash.digest('hex')
}
