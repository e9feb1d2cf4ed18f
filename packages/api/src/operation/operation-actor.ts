/** Who started an operation: a person by session or token, or one of Berth's own jobs. */
import type { Caller } from '../trpc/caller.ts'

export interface OperationActor {
  /** The same caller for idempotency keys: "user:<id>" or "system:<job>". */
  readonly key: string
  readonly userId: string | null
  readonly name: string
  readonly via: string
}

export const actorOf = (caller: Caller): OperationActor => ({
  key: `user:${caller.userId}`,
  userId: caller.userId,
  name: caller.name,
  via: caller.kind,
})

export const systemActor = (job: string): OperationActor => ({
  key: `system:${job}`,
  userId: null,
  name: 'Berth',
  via: 'system',
})
