/**
 * Takes operations from graphile-worker's queue and hands them to the holder. The queue only wakes and spreads the work:
 * who may work on an operation is decided by its lease, so a job that is delivered twice does nothing twice.
 */
import { Logger as JobLogger, run, runMigrations, type Runner } from 'graphile-worker'
import type { Logger } from 'pino'
import { z } from 'zod'
import { operationIdSchema } from '@berth/core/ids/ids'
import { runJobName } from '../operation/operation-accept-repo.ts'
import type { OperationService } from '../operation/operation-service.ts'
import { OperationHolder, type OperationHolderOptions } from './operation-holder.ts'

const payloadSchema = z.object({ operationId: operationIdSchema })

export interface OperationWorkerOptions extends OperationHolderOptions {
  readonly databaseUrl: string
  readonly operations: OperationService
  /** How many operations this panel runs at once; each waits for its host most of the time. Default 20. */
  readonly concurrency?: number
}

/** Makes the queue's tables, or finds them made. Before the first operation is accepted. */
export async function prepareJobs(databaseUrl: string, log: Logger): Promise<void> {
  await runMigrations({ connectionString: databaseUrl, logger: jobLogger(log) })
}

/** Works until it is disposed; then lets go of what it holds, so that another panel goes on at once. */
export async function startOperationWorker(options: OperationWorkerOptions): Promise<AsyncDisposable> {
  const { databaseUrl, operations, log, concurrency = 20 } = options
  const holder = new OperationHolder(options)
  const stopListening = operations.onCancel((operationId) => holder.cancel(operationId))
  const runner: Runner = await run({
    connectionString: databaseUrl,
    maxPoolSize: 4,
    concurrency,
    noHandleSignals: true,
    pollInterval: 2_000,
    logger: jobLogger(log),
    taskList: { [runJobName]: async (payload) => holder.hold(payloadSchema.parse(payload).operationId) },
  })
  return {
    [Symbol.asyncDispose]: async () => {
      stopListening()
      await holder.stop()
      await runner.stop()
    },
  }
}

/** Its own words at debug level: each job's end is told better by the holder. */
const jobLogger = (log: Logger): JobLogger =>
  new JobLogger(() => (level, message) => {
    if (level === 'error') log.error({ component: 'graphile-worker' }, message)
    else log.debug({ component: 'graphile-worker' }, message)
  })
