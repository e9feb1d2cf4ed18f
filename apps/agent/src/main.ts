/** The agent's process: reads its settings, makes the parts, and lets go of everything but the machines at its end. */
import { mkdirSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { AppError } from '@berth/core/errors/app-error'
import { pino } from 'pino'
import { loadConfig } from './config.ts'

const logger = pino({ level: 'info' })

async function main(): Promise<void> {
  const config = loadConfig()
  logger.level = config.logLevel
  // Half of a restart is reading and stripping our own modules: kept, they load in 0.3 s instead of 0.7 s. Loaded only
  // now, because a module that is loaded before the cache is on is not in it.
  const codeCache = join(config.dataDir, 'code-cache')
  mkdirSync(codeCache, { recursive: true, mode: 0o700 })
  enableCompileCache(codeCache)
  const { startAgent } = await import('./agent.ts')
  const stop = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort(name))
  await using agent = await startAgent({ config, logger, signal: stop.signal })
  const { promise: stopped, resolve } = Promise.withResolvers<void>()
  stop.signal.addEventListener('abort', () => resolve(), { once: true })
  if (!stop.signal.aborted) await stopped
  logger.info({ machines: agent.runningCount() }, 'the agent ends; machines run on')
}

try {
  await main()
} catch (error) {
  if (!(error instanceof AppError)) logger.fatal({ err: error }, 'the agent broke')
  else if (error.code !== 'OPERATION_CANCELLED')
    logger.fatal({ code: error.code, details: error.details }, error.message)
  process.exitCode = 1
}
// Steps that wait for guests would keep the process; the journal tells the next agent that they were interrupted.
process.exit()
