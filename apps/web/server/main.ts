/** The panel's process: starts, says where, ends on SIGTERM or SIGINT. */
import { pino } from 'pino'
import { toAppError } from '@berth/core/errors/app-error'
import { PassingHouse } from '@berth/api/console/passing-house'
import { openPanelProcess } from '@berth/api/panel-process'
import { readEnv } from './env.ts'
import { startPanelServer } from './panel-server.ts'

const log = pino({ base: null, redact: ['password', 'token', '*.password', '*.token', 'req.headers'] })

async function main(): Promise<void> {
  const env = readEnv()
  log.level = env.logLevel
  const house = env.house && new PassingHouse(env.house, process)
  const stack = new AsyncDisposableStack()
  const panelProcess = stack.use(await openPanelProcess({ ...env, log, isWorking: true }))
  const server = stack.use(await startPanelServer({ process: panelProcess, env, log, hasPages: true, house }))
  log.info({ url: env.publicUrl ?? `http://${env.listen}:${server.port}` }, 'panel ready')
  const stop = (signal: string): void => {
    log.info({ signal }, 'panel stops')
    stack.disposeAsync().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'the panel did not stop cleanly')
        process.exit(1)
      },
    )
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

main().catch((error: unknown) => {
  log.fatal({ err: error }, toAppError(error).message)
  process.exitCode = 1
})
