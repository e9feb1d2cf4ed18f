import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { LauncherError } from '../terminal/launcher-error.ts'
import { hasProgram, inspectSystem, missingPackages, type LinuxSystem } from '../system/linux-system.ts'
import {
  aptCommand,
  machinePrograms,
  packagesToRun,
  packagesWorthHaving,
  parsePackageList,
  remedyForPackages,
  remedyForPrograms,
  type Remedy,
} from './requirements.ts'
import { runProgram, tryProgram } from '../system/run-program.ts'
import type { StageNote } from '../terminal/stages.ts'

/**
 * Everything that running machines needs. Throws LauncherError with the one command where it may not install; that names
 * what the lists of `alsoAskFor` miss too, for whoever has to ask somebody else for packages should have to ask once.
 */
export async function ensureRunPackages(alsoAskFor: readonly string[] = []): Promise<StageNote> {
  const system = await inspectSystem()
  if (!system.hasApt) return applyRemedy(system, remedyForPrograms(system, await presentPrograms()))
  const missing = await missingPackages(packagesToRun(system))
  const worthHaving = await missingPackages(packagesWorthHaving(system))
  if (missing.length === 0) return installIfPossible(system, worthHaving)
  if (system.mayInstall) return applyRemedy(system, remedyForPackages(system, [...missing, ...worthHaving]))
  const listed = await Promise.all(alsoAskFor.map(listedPackages))
  const all = new Set([...missing, ...(await missingPackages(listed.flat()))])
  return applyRemedy(system, remedyForPackages(system, [...all]))
}

/** The packages that the lists (`*apt-packages*`) of these folders name. Other distributions bring them by hand. */
export async function ensureListedPackages(dirs: readonly string[]): Promise<StageNote> {
  const system = await inspectSystem()
  if (!system.hasApt) return `not checked on ${system.prettyName}`
  const lists = await Promise.all(dirs.map(listedPackages))
  const missing = await missingPackages([...new Set(lists.flat())])
  return applyRemedy(system, remedyForPackages(system, missing))
}

async function listedPackages(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch(() => [])
  const lists = names.filter((name) => name.includes('apt-packages'))
  const texts = await Promise.all(lists.map((name) => readFile(join(dir, name), 'utf8')))
  return texts.flatMap(parsePackageList)
}

async function presentPrograms(): Promise<Set<string>> {
  const found = await Promise.all(machinePrograms.map(async (name) => ((await hasProgram(name)) ? [name] : [])))
  return new Set(found.flat())
}

async function applyRemedy(system: LinuxSystem, remedy: Remedy): Promise<StageNote> {
  switch (remedy.kind) {
    case 'nothing':
      return undefined
    case 'ask-person':
      throw new LauncherError(remedy.message)
    case 'install': {
      await installWithApt(system, remedy.packages)
      return `installed ${remedy.packages.join(' ')}`
    }
  }
}

/** A computer without a way to the packages goes on without them. */
async function installIfPossible(system: LinuxSystem, packages: readonly string[]): Promise<StageNote> {
  if (packages.length === 0 || !system.mayInstall) return undefined
  try {
    await installWithApt(system, packages)
    return `installed ${packages.join(' ')}`
  } catch (error) {
    if (!(error instanceof LauncherError)) throw error
    return `goes on without ${packages.join(' ')}`
  }
}

async function installWithApt(system: LinuxSystem, packages: readonly string[]): Promise<void> {
  const asRoot = system.isRoot ? [] : ['sudo', '-n']
  const env = ['env', 'DEBIAN_FRONTEND=noninteractive']
  // A broken third-party source fails the update, while the packages themselves can still be had.
  await tryProgram([...asRoot, ...env, 'apt-get', 'update', '-q'])
  const options = ['-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300']
  await runProgram([...asRoot, ...env, 'apt-get', 'install', ...options, ...packages], {
    failure: `apt could not install them. Run: ${aptCommand(packages)}`,
  })
}
