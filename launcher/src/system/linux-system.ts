import { access, constants, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LauncherError } from '../terminal/launcher-error.ts'
import { tryProgram } from './run-program.ts'

/** What the decisions about missing programs are made from. */
export interface LinuxSystem {
  /** `ID` and `ID_LIKE` of /etc/os-release. */
  families: string[]
  prettyName: string
  hasApt: boolean
  isRoot: boolean
  /** Root, or sudo without a password. */
  mayInstall: boolean
}

export async function inspectSystem(): Promise<LinuxSystem> {
  const release = parseOsRelease(await readFile('/etc/os-release', 'utf8').catch(() => ''))
  const isRoot = process.getuid?.() === 0
  return {
    families: [release.get('ID') ?? '', ...(release.get('ID_LIKE') ?? '').split(' ')].filter(Boolean),
    prettyName: release.get('PRETTY_NAME') ?? 'an unknown Linux',
    hasApt: await hasProgram('apt-get'),
    isRoot,
    mayInstall: isRoot || (await tryProgram(['sudo', '-n', 'true'])).status === 0,
  }
}

export function parseOsRelease(text: string): Map<string, string> {
  const pairs = text.split('\n').flatMap((line) => {
    const match = /^([A-Z_]+)=(?:"(.*)"|'(.*)'|(.*))$/.exec(line.trim())
    return match ? [[match[1] ?? '', match[2] ?? match[3] ?? match[4] ?? ''] as const] : []
  })
  return new Map(pairs)
}

// An ordinary user's PATH on Debian leaves the sbin folders out.
const programDirs = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/local/sbin', '/usr/sbin', '/sbin']

export const hasProgram = async (name: string): Promise<boolean> => (await findProgram(name)) !== undefined

/** Its path. Throws LauncherError. */
export async function requireProgram(name: string): Promise<string> {
  const found = await findProgram(name)
  if (found === undefined) throw new LauncherError(`The program ${name} is missing.`)
  return found
}

async function findProgram(name: string): Promise<string | undefined> {
  for (const dir of programDirs) {
    const path = join(dir, name)
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return path
  }
  return undefined
}

/** Those of the packages that dpkg does not know as installed. */
export async function missingPackages(packages: readonly string[]): Promise<string[]> {
  if (packages.length === 0) return []
  const query = ['dpkg-query', '--show', '--showformat', '${Package} ${db:Status-Status}\\n', ...packages]
  const { stdout } = await tryProgram(query)
  const installed = new Set(
    stdout.split('\n').flatMap((line) => (line.endsWith(' installed') ? [line.split(' ')[0] ?? ''] : [])),
  )
  return packages.filter((name) => !installed.has(name))
}
