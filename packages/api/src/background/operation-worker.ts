/**
 * Takes operations from graphile-worker's queue and hands them to the holder. The queue only wakes and spreads the work:
 * who may work on an operation is decided by its lease, so a job that is delivered twice does nothing twice.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { Logger as JobLogger, run, runMigrations, type Runner } from 'graphile-worker'
import type { Pool } from 'pg'
import type { Logger } from 'pino'
import { z } from 'zod'
import { openHeardPool } from '@berth/prisma/heard-pool'
import { operationIdSchema } from '@berth/core/ids/ids'
import { runJobName } from '../operation/operation-accept-repo.ts'
import type { OperationService } from '../operation/operation-service.ts'
import { OperationHolder, type OperationHolderOptions } from './operation-holder.ts'

const reopenMs = 1_000
/** All it has to do then is to say goodbye to the database. */
const stopLimitMs = 5_000
const payloadSchema = z.object({ operationId: operationIdSchema })

export interface OperationWorkerOptions extends OperationHolderOptions {
  readonly databaseUrl: string
  readonly operations: OperationService
  /** How many operations this panel runs at once; each waits for its host most of the time. Default 20. */
  readonly concurrency?: number
}

/**
 * The queue's own, and not one that graphile-worker makes: that one drops its listeners when it is released, while its
 * connections are still closing.
 */
const openJobPool = (databaseUrl: string): Pool =>
  openHeardPool({ databaseUrl, maxConnections: 4, connectTimeoutMs: 10_000, name: 'berth-jobs' })

/** Makes the queue's tables, or finds them made. Before the first operation is accepted. */
export async function prepareJobs(databaseUrl: string, log: Logger): Promise<void> {
  const pgPool = openJobPool(databaseUrl)
  try {
    await runMigrations({ pgPool, logger: jobLogger(log) })
  } finally {
    await pgPool.end()
  }
}

/** Works until it is disposed; then lets go of what it holds, so that another panel goes on at once. */
export async function startOperationWorker(options: OperationWorkerOptions): Promise<AsyncDisposable> {
  const { databaseUrl, operations } = options
  const holder = new OperationHolder(options)
  const stopListening = operations.onCancel((operationId) => holder.cancel(operationId))
  const pgPool = openJobPool(databaseUrl)
  const stopped = new AbortController()
  const first = await openRunner(options, holder, pgPool)
  const ended = keepRunning(first, { options, holder, pgPool, stopped: stopped.signal })
  return {
    [Symbol.asyncDispose]: async () => {
      stopped.abort()
      stopListening()
      await holder.stop()
      await ended
      await pgPool.end()
    },
  }
}

const openRunner = (
  { log, concurrency = 20 }: OperationWorkerOptions,
  holder: OperationHolder,
  pgPool: Pool,
): Promise<Runner> =>
  run({
    pgPool,
    concurrency,
    noHandleSignals: true,
    pollInterval: 2_000,
    logger: jobLogger(log),
    taskList: { [runJobName]: async (payload) => holder.hold(payloadSchema.parse(payload).operationId) },
    // In batches, which have somebody who hears their errors: the end of a single job is written by a promise that nobody
    // holds, and a database that is away just then would end the panel.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  })

interface Running {
  readonly options: OperationWorkerOptions
  readonly holder: OperationHolder
  readonly pgPool: Pool
  readonly stopped: AbortSignal
}

/**
 * A runner that could not write the end of a job shuts itself down. What it held goes on, because the holder holds it and
 * not the runner; a new one takes what comes, also while the old one still waits for what it had taken.
 */
async function keepRunning(first: Runner, running: Running): Promise<void> {
  const { options, holder, pgPool, stopped } = running
  let runner: Runner | null = first
  while (runner !== null) {
    await endOfRunner(runner, stopped)
    if (stopped.aborted) return
    options.log.warn('the queue ended, and is opened again')
    runner = await reopen(running, () => openRunner(options, holder, pgPool))
  }
}

/**
 * Until it begins to end by itself; or stops it when the signal says so. Its promise alone is not enough: after one job's
 * end that could not be written it counts each later one twice (graphile-worker 0.18.0, the backpressure of `batch`), waits
 * for ever for that count to become nothing, and nobody would take work any more.
 */
async function endOfRunner(runner: Runner, stopped: AbortSignal): Promise<void> {
  // Its own log lines say why; what counts here is that it has ended.
  const ended = runner.promise.catch(() => undefined)
  const over = Promise.withResolvers<void>()
  const end = (): void => over.resolve()
  runner.events.once('pool:gracefulShutdown', end)
  stopped.addEventListener('abort', end, { once: true })
  if (!stopped.aborted) await Promise.race([ended, over.promise])
  stopped.removeEventListener('abort', end)
  if (!stopped.aborted) return
  // It says "already stopped" when its own end was faster.
  runner.stop().catch(() => undefined)
  await Promise.race([ended, wait(stopLimitMs, undefined, { ref: false })])
}

async function reopen({ options, stopped }: Running, open: () => Promise<Runner>): Promise<Runner | null> {
  for (;;) {
    try {
      await wait(reopenMs, undefined, { signal: stopped })
      return await open()
    } catch (error) {
      if (stopped.aborted) return null
      options.log.warn({ err: error }, 'the queue cannot be opened')
    }
  }
}

/** Its own words at debug level: each job's end is told better by the holder. */
const jobLogger = (log: Logger): JobLogger =>
  new JobLogger(() => (level, message) => {
    if (level === 'error') log.error({ component: 'graphile-worker' }, message)
    else log.debug({ component: 'graphile-worker' }, message)
  })
