import { readFile } from 'node:fs/promises'
import { ensureBuild, hashSources, removeOldBuilds } from '../building/build.ts'
import type { UpOptions } from '../terminal/command-line.ts'
import { startSupervisor, stopAll } from '../keeping/control.ts'
import { requireFreeSpace } from '../install/disk-space.ts'
import { launcherEnv } from '../data/env.ts'
import { ensureTinyImage, tinyRecipeDir } from '../building/guest-image.ts'
import { waitForHosts, waitForPanel } from '../keeping/health.ts'
import { withLock } from '../install/install-lock.ts'
import { ensureRunPackages } from '../install/install-packages.ts'
import { LauncherError, messageOf } from '../terminal/launcher-error.ts'
import { ensureDatabaseClient, ensureModules } from '../install/modules.ts'
import { panelUrl } from '../panel/panel-api.ts'
import { dataPaths, makeDataDirs, root, type DataPaths } from '../data/data-paths.ts'
import { placeHosts } from '../data/host-places.ts'
import { checkPort, pickAgentPort, requirePort } from '../system/tcp-ports.ts'
import { findRunning } from '../keeping/running-services.ts'
import { registerTinyImage } from '../panel/register-image.ts'
import { tellHostPorts } from '../panel/tell-host-ports.ts'
import {
  loopback,
  needsRestart,
  readSettings,
  writeSettings,
  type HostSettings,
  type Settings,
} from '../data/settings.ts'
import { bold, dim, stage, yellow } from '../terminal/stages.ts'
import { readSupervisor } from '../keeping/supervisor-record.ts'

const defaultPort = 7400
const gibibyte = 1024 ** 3

/** Installs, builds, starts and waits until healthy; what is there already costs a look. Prints where to sign in. */
export async function up(options: UpOptions): Promise<void> {
  const startedAt = performance.now()
  const paths = dataPaths(options.dataDir)
  await requireFreeSpace(paths.dataDir, { bytes: gibibyte, purpose: "Berth's data" })
  // Of the checkout, for what is installed and built in it; of this Berth, so that a `down` finds it whole or not at all.
  await withLock(root, () => withLock(paths.dataDir, () => prepareAndStart(options, paths)))
  await printSummary(paths, performance.now() - startedAt)
}

async function prepareAndStart(options: UpOptions, paths: DataPaths): Promise<void> {
  const chosen = await choose(options, paths)
  await makeDataDirs(paths)
  await stage('System packages', () => ensureRunPackages([tinyRecipeDir]))
  await prepareSources()
  await stage('Pages of the panel', ensureBuild)
  const missingImage = await prepareImage()
  const known = (await readSettings(paths.settings))?.hosts ?? []
  const places = await placeHosts(chosen, { known, isClosed: options.isClosed }, paths)
  const settings: Settings = { ...chosen, ...places, sourceHash: await hashSources(), isDev: false }
  await stage('Database, panel and agents', () => startServices(settings, paths))
  await stage('Panel is ready', () => waitForPanel(settings, paths))
  await removeOldBuilds()
  await stage('Hosts are online', async (tell) => {
    await tellHostPorts(paths)
    return waitForHosts(settings, paths, tell)
  })
  if (missingImage) process.stdout.write(yellow(`  The small image to begin with is missing: ${missingImage}\n`))
  else await stage('Small image to begin with', () => registerTinyImage(settings, paths))
}

/** Modules and generated code; on a first run they need room. */
export async function prepareSources(): Promise<void> {
  await stage('Modules', async () => {
    await requireFreeSpace(root, { bytes: gibibyte / 2, purpose: 'modules and build' })
    return ensureModules()
  })
  await stage('Database client', ensureDatabaseClient)
}

/** The reason when it cannot be built here: machines can still be made from imported images. */
async function prepareImage(): Promise<string | undefined> {
  try {
    await stage('Small bootable image', ensureTinyImage)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

/** Without the places of new hosts, which the system's packages have to be there for; see host-places.ts. */
type Choice = Omit<Settings, 'sourceHash' | 'isDev'>

/** Options, then what the last `up` chose, then the defaults. Refuses a port that somebody else holds before any work. */
export async function choose(options: UpOptions, paths: DataPaths): Promise<Choice> {
  const last = await readSettings(paths.settings)
  if (last?.demo) throw new LauncherError(`${paths.dataDir} holds a demo: ./berth demo --data ${paths.dataDir}`)
  const port = options.port ?? last?.port ?? defaultPort
  const listen = options.listen ?? last?.listen ?? '127.0.0.1'
  const isOurs = last?.port === port && last.listen === listen && (await findRunning('panel', paths)) !== undefined
  if (!isOurs) await requirePort(port, listen)
  const hosts = await chooseHosts(options.hostCount ?? last?.hosts.length ?? 1, last?.hosts ?? [])
  const databaseUrl = launcherEnv.databaseUrl ?? last?.databaseUrl ?? null
  return { port, listen, hosts, lab: last?.lab ?? null, databaseUrl, demo: null }
}

/** Keeps the hosts that are known, with their ports: the panel knows an agent by its address. */
async function chooseHosts(count: number, known: readonly HostSettings[]): Promise<HostSettings[]> {
  if (count < known.length) {
    throw new LauncherError(
      `This Berth has ${known.length} hosts; --hosts cannot take hosts away, as they may hold machines.`,
    )
  }
  const hosts = [...known]
  while (hosts.length < count) {
    const port = await pickAgentPort(hosts.map((host) => host.port))
    hosts.push({ name: `host-${hosts.length + 1}`, address: loopback, port, namespace: null })
  }
  return hosts
}

async function startServices(settings: Settings, paths: DataPaths): Promise<string | undefined> {
  const running = await readSupervisor(paths.supervisorRecord)
  const last = await readSettings(paths.settings)
  if (running && last && !needsRestart(last, settings)) return 'already running'
  // A supervisor that died left its processes: those of other settings must not be adopted.
  if (last && needsRestart(last, settings)) await stopAll(paths)
  await writeSettings(paths.settings, await withFreePorts(settings, paths))
  await startSupervisor(paths)
  return running ? 'restarted with what changed' : undefined
}

/** An agent's port may have been taken while it was down; another one will do, once the panel is told. */
async function withFreePorts(settings: Settings, paths: DataPaths): Promise<Settings> {
  const hosts: HostSettings[] = []
  for (const host of settings.hosts) {
    const isRunning = (await findRunning(`agent-${host.name}`, paths)) !== undefined
    // In a namespace of its own nobody else takes a port.
    const isUsable = isRunning || host.namespace !== null || (await checkPort(host.port, host.address)) === 'free'
    const taken = settings.hosts.map((other) => other.port)
    hosts.push(isUsable ? host : { ...host, port: await pickAgentPort(taken, host.address) })
  }
  return { ...settings, hosts }
}

/** Where to sign in. */
export async function printSummary(paths: DataPaths, tookMs: number): Promise<void> {
  const settings = await readSettings(paths.settings)
  if (!settings) throw new LauncherError(`${paths.settings} vanished while Berth started`)
  const admin = await readFile(paths.initialAdmin, 'utf8').catch(() => '')
  const login = (field: string): string => new RegExp(`^${field}: (.*)$`, 'm').exec(admin)?.[1] ?? 'as you set it'
  process.stdout.write(
    [
      '',
      `  ${bold('Berth is up')} ${dim(`(${(tookMs / 1000).toFixed(1)} s)`)}`,
      '',
      `    URL       ${bold(panelUrl(settings))}`,
      `    Email     ${login('email')}`,
      `    Password  ${login('password')}`,
      '',
      `  ${dim('./berth status · ./berth logs · ./berth down')}`,
      '',
    ].join('\n') + '\n',
  )
}
