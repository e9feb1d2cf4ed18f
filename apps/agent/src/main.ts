/** The agent's process: reads its settings, makes the parts, and lets go of everything but the machines at its end. */
import { mkdirSync } from 'node:fs'
import { enableCompileCache, flushCompileCache } from 'node:module'
import type { Agent, StartAgentOptions } from './agent.ts'
import { codeCacheDir } from './env.ts'

// Nothing else is imported statically: reading and stripping our own modules is most of a restart, and a module that is
// loaded before the cache is on is not in it. With it they load in 0.16 s of CPU instead of 0.57 s.
mkdirSync(codeCacheDir, { recursive: true, mode: 0o711 })
enableCompileCache(codeCacheDir)

/** `--sim`: many hosts in this one process, over a simulated hypervisor. */
async function start(options: StartAgentOptions): Promise<AsyncDisposable & Pick<Agent, 'runningCount'>> {
  if (process.argv.includes('--sim')) return (await import('./sim/sim-process.ts')).startFleet(options)
  return (await import('./agent.ts')).startAgent(options)
}

async function main(): Promise<void> {
  const { loadConfig } = await import('./config.ts')
  const { AppError } = await import('@berth/core/errors/app-error')
  const { pino } = await import('pino')
  const logger = pino({ level: 'info' })
  try {
    const config = loadConfig()
    logger.level = config.logLevel
    const stop = new AbortController()
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort(name))
    await using agent = await start({ config, logger, signal: stop.signal })
    // Else the cache is written at an orderly end only, and an agent that is always killed would never have one.
    flushCompileCache()
    const { promise: stopped, resolve } = Promise.withResolvers<void>()
    stop.signal.addEventListener('abort', () => resolve(), { once: true })
    if (!stop.signal.aborted) await stopped
    logger.info({ machines: agent.runningCount() }, 'the agent ends; machines run on')
  } catch (error) {
    if (!(error instanceof AppError)) logger.fatal({ err: error }, 'the agent broke')
    else if (error.code !== 'OPERATION_CANCELLED')
      logger.fatal({ code: error.code, details: error.details }, error.message)
    process.exitCode = 1
  }
}

await main()
// Steps that wait for guests would keep the process; the journal tells the next agent that they were interrupted.
process.exit()
