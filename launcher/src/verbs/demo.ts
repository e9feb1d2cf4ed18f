/** `./berth demo`: the panel over simulated hosts. It needs neither root nor QEMU, and takes nothing from another Berth. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ensureBuild, hashSources } from '../building/build.ts'
import type { DemoOptions } from '../terminal/command-line.ts'
import { startSupervisor, stopAll } from '../keeping/control.ts'
import { dataPaths, makeDataDirs, root, type DataPaths } from '../data/data-paths.ts'
import { requireFreeSpace } from '../install/disk-space.ts'
import { waitForPanel } from '../keeping/health.ts'
import { withLock } from '../install/install-lock.ts'
import { LauncherError } from '../terminal/launcher-error.ts'
import { listAll, panelApi } from '../panel/panel-api.ts'
import { runPanelCli } from '../panel/panel-cli.ts'
import { findRunning } from '../keeping/running-services.ts'
import {
  loopback,
  needsRestart,
  readSettings,
  writeSettings,
  type DemoSettings,
  type Settings,
} from '../data/settings.ts'
import { stage, type Tell } from '../terminal/stages.ts'
import { readSupervisor } from '../keeping/supervisor-record.ts'
import { requirePort } from '../system/tcp-ports.ts'
import { prepareSources, printSummary } from './up.ts'
import { demoFolder, simulationName } from '../keeping/demo-service.ts'
import { pickPortRange } from '../system/port-range.ts'

const defaults = { port: 7_410, hostCount: 5, vmsPerHost: 20 }
const gibibyte = 1024 ** 3
/** Of a hundred hosts on a small computer. */
const joinTimeoutMs = 300_000
const onlineTimeoutMs = 180_000

export async function demo(options: DemoOptions): Promise<void> {
  const startedAt = performance.now()
  const paths = dataPaths(options.dataDir)
  await requireFreeSpace(paths.dataDir, { bytes: gibibyte, purpose: 'the demo' })
  await withLock(root, () => withLock(paths.dataDir, () => startDemo(options, paths)))
  await printSummary(paths, performance.now() - startedAt)
}

async function startDemo(options: DemoOptions, paths: DataPaths): Promise<void> {
  const chosen = await choose(options, paths)
  await makeDataDirs(paths)
  await prepareSources()
  await stage('Pages of the panel', ensureBuild)
  const settings: Settings = { ...chosen, sourceHash: await hashSources(), isDev: false }
  await stage('Database, panel and simulation', () => startServices(settings, paths))
  await stage('Panel is ready', () => waitForPanel(settings, paths))
  const names = hostNames(chosen.demo)
  await stage('Simulated hosts have joined', (tell) => waitForJoined(names, paths, tell))
  await stage('Their machines', async () => `${await fill(settings, paths)} machines`)
  await stage('Hosts are online', (tell) => waitForOnline(settings, paths, { names, tell }))
}

type Choice = Omit<Settings, 'sourceHash' | 'isDev' | 'demo'> & { demo: DemoSettings }

/** What the demo of this folder was made with stays; another size needs another folder. */
async function choose({ port, hostCount, vmsPerHost }: DemoOptions, paths: DataPaths): Promise<Choice> {
  const last = await readSettings(paths.settings)
  if (last !== undefined && last.demo === null) {
    throw new LauncherError(`${paths.dataDir} holds a Berth with real hosts. Choose another folder with --data.`)
  }
  const size = {
    hostCount: hostCount ?? last?.demo?.hostCount ?? defaults.hostCount,
    vmsPerHost: vmsPerHost ?? last?.demo?.vmsPerHost ?? defaults.vmsPerHost,
  }
  const before = last?.demo
  if (before && (before.hostCount !== size.hostCount || before.vmsPerHost !== size.vmsPerHost)) {
    const what = `${before.hostCount} hosts of ${before.vmsPerHost} machines`
    throw new LauncherError(`The demo in ${paths.dataDir} has ${what}. For another one choose a folder with --data.`)
  }
  const own = port ?? last?.port ?? defaults.port
  const isOurs = last?.port === own && (await findRunning('panel', paths)) !== undefined
  if (!isOurs) await requirePort(own, loopback)
  const firstPort = before?.firstPort ?? (await pickPortRange(size.hostCount))
  return { port: own, listen: loopback, hosts: [], lab: null, databaseUrl: null, demo: { ...size, firstPort } }
}

async function startServices(settings: Settings, paths: DataPaths): Promise<string | undefined> {
  const running = await readSupervisor(paths.supervisorRecord)
  const last = await readSettings(paths.settings)
  if (running && last && !needsRestart(last, settings)) return 'already running'
  if (last) await stopAll(paths)
  await writeSettings(paths.settings, settings)
  await startSupervisor(paths)
  return undefined
}

/** As core's fleetHostName says it; the launcher knows no core. */
const hostNames = ({ hostCount }: DemoSettings): string[] =>
  Array.from({ length: hostCount }, (_, index) => `sim-${String(index + 1).padStart(3, '0')}`)

async function waitForJoined(names: readonly string[], paths: DataPaths, tell: Tell): Promise<string> {
  const deadline = performance.now() + joinTimeoutMs
  for (let joined = 0; joined < names.length;) {
    if (await exists(join(demoFolder(paths), names[joined] ?? '', 'machines.json'))) {
      joined++
      continue
    }
    tell(`${joined} of ${names.length}`)
    if (performance.now() > deadline) throw hopeless('The simulated hosts do not join.')
    await delay(200)
  }
  return `${names.length}`
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

const fill = (settings: Settings, paths: DataPaths): Promise<string> =>
  runPanelCli({
    settings,
    paths,
    args: ['demo', 'fill', '--from', demoFolder(paths)],
    failure: 'The panel took no machines:',
  })

async function waitForOnline(
  settings: Settings,
  paths: DataPaths,
  { names, tell }: { names: readonly string[]; tell: Tell },
): Promise<string> {
  const deadline = performance.now() + onlineTimeoutMs
  const api = panelApi(settings, paths)
  for (;;) {
    const online = (await listAll(api, 'host.list')).filter((host) => host['state'] === 'online').length
    if (online >= names.length) return `${online}`
    tell(`${online} of ${names.length}`)
    if (performance.now() > deadline) throw hopeless('The simulated hosts do not come online.')
    await delay(500)
  }
}

const hopeless = (what: string): LauncherError =>
  new LauncherError(`${what} Their log: ./berth logs ${simulationName} --data …`)
