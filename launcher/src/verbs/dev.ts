import { startSupervisor, stopAll } from '../keeping/control.ts'
import { withLock } from '../install/install-lock.ts'
import { ensureRunPackages } from '../install/install-packages.ts'
import { showLogs } from './logs.ts'
import { waitForPanel } from '../keeping/health.ts'
import { panelUrl } from '../panel/panel-api.ts'
import { dataPaths, makeDataDirs, root } from '../data/data-paths.ts'
import { writeSettings, type Settings } from '../data/settings.ts'
import { bold, stage } from '../terminal/stages.ts'
import { choose, prepareSources } from './up.ts'

export interface DevOptions {
  dataDir: string
  port: number | undefined
}

/** Panel with hot reload and one agent that restarts when its code changes, on data of their own, until Ctrl-C. */
export async function dev({ dataDir, port }: DevOptions): Promise<number> {
  const paths = dataPaths(dataDir)
  await makeDataDirs(paths)
  const settings = await withLock(root, async (): Promise<Settings> => {
    await stage('System packages', () => ensureRunPackages())
    await prepareSources()
    await stopAll(paths)
    const choice = await choose(
      { dataDir, port: port ?? 7401, listen: undefined, hostCount: 1, isClosed: undefined },
      paths,
    )
    return { ...choice, sourceHash: '', isDev: true }
  })
  await writeSettings(paths.settings, settings)
  const ended = Promise.withResolvers<undefined>()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ended.resolve(undefined))
  try {
    await startSupervisor(paths)
    await stage('Panel is ready', () => waitForPanel(settings, paths))
    process.stdout.write(`\n  ${bold(panelUrl(settings))}   login in ${paths.initialAdmin}   Ctrl-C stops it\n\n`)
    await Promise.race([ended.promise, showLogs(paths, { names: [], lineCount: 5, follow: true })])
  } finally {
    await stopAll(paths)
  }
  process.exit(0)
}
