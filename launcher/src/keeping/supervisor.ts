/**
 * The detached process that keeps database, panel and agents alive. `./berth up` starts it with the data folder as its one
 * argument; SIGTERM ends it and them, in order. It owns nothing but their lives: killed, it leaves all of them running, and
 * its successor finds each again instead of doubling it. QEMUs are their agents' business and never touched.
 */
import { House } from './house.ts'
import { keepAlive } from './keeper.ts'
import { messageOf } from '../terminal/launcher-error.ts'
import { dataPaths } from '../data/data-paths.ts'
import { identify } from '../system/living-process.ts'
import { servicesOf } from './services.ts'
import { readSettings } from '../data/settings.ts'
import { writeWhole } from '../install/stamp.ts'
import { readSupervisor, type KeptRecord } from './supervisor-record.ts'

const log = (message: string): void => {
  process.stdout.write(`${new Date().toISOString()} ${message}\n`)
}

async function main(): Promise<void> {
  const paths = dataPaths(process.argv[2] ?? '')
  const settings = await readSettings(paths.settings)
  const self = await identify(process.pid)
  if (!settings || !self) throw new Error(`no settings in ${paths.settings}; start Berth with ./berth up`)
  if (await readSupervisor(paths.supervisorRecord)) throw new Error('another supervisor runs for this data folder')

  // While developing, a watcher stands between us and each agent, and has the channel for itself.
  const services = servicesOf(settings, paths, settings.isDev ? undefined : new House())
  const kept = new Map<string, KeptRecord>()
  let lastWrite = Promise.resolve()
  const save = (): void => {
    const text = JSON.stringify({ ...self, kept: [...kept.values()] }, null, 2)
    // One after the other: of two writes at once the older could win.
    lastWrite = lastWrite
      .then(() => writeWhole(paths.supervisorRecord, text))
      .catch((error: unknown) => {
        log(`the record could not be written: ${messageOf(error)}`)
      })
  }
  const publish = (record: KeptRecord): void => {
    kept.set(record.name, record)
    log(
      `${record.name} ${record.state}${record.pid === null ? '' : ` pid ${record.pid}`}${record.reason ? `: ${record.reason}` : ''}`,
    )
    save()
  }

  const abort = new AbortController()
  const end = (): void => {
    abort.abort()
  }
  process.on('SIGTERM', end).on('SIGINT', end)
  process.on('SIGHUP', () => {
    // The terminal that `up` was typed in may close.
  })
  await Promise.all(services.map((service) => keepAlive({ service, signal: abort.signal, publish })))
  for (const service of services.toReversed()) {
    await service.stop().catch((error: unknown) => {
      log(`${service.name} did not stop: ${messageOf(error)}`)
    })
    log(`${service.name} stopped`)
  }
  await lastWrite
}

main().catch((error: unknown) => {
  log(error instanceof Error ? (error.stack ?? error.message) : String(error))
  process.exitCode = 1
})
