/** How a request becomes a task: the narrow side of the operations' house that routers see. */
import type { DatabaseClient } from '@berth/prisma/client'
import type { OperationKind, OperationView } from '@berth/core/operation/operation'
import type { OperationArgs } from '../workflows/operation-args.ts'
import type { Caller } from './caller.ts'
import type { Page, PageCut } from './paging.ts'

export interface OperationRequest<K extends OperationKind> {
  readonly kind: K
  readonly args: OperationArgs<K>
  readonly target: {
    readonly vmId?: string | undefined
    readonly imageId?: string | undefined
    readonly hostId?: string | undefined
    readonly name: string
    /** Where it goes, for its title: "Move web-1 to host-b". */
    readonly destination?: string | undefined
    /** Which of its disks, as its page counts them from 1: "Move disk 2 of web-1 to fast". */
    readonly diskNumber?: number | undefined
  }
  readonly caller: Caller
  readonly idempotencyKey: string | undefined
  /** What the caller sent: the same key with another request is refused. */
  readonly request: unknown
  /** The ended task that this one tries again. */
  readonly retryOfId?: string | undefined
  /** Runs in the transaction that writes the operation's row, and only for a new one: both happen, or neither. */
  readonly accept?: (tx: DatabaseClient, operationId: string) => Promise<void>
}

export interface StartedOperation {
  readonly operationId: string
  readonly vmId: string | null
  readonly imageId: string | null
}

export interface OperationFilter {
  /** Whose machines' tasks, and his own; null: everybody's. */
  readonly ownerId: string | null
  readonly vmId?: string | undefined
  readonly hostId?: string | undefined
  readonly imageId?: string | undefined
  readonly actorUserId?: string | undefined
  readonly status?: readonly string[] | undefined
  readonly kind?: readonly string[] | undefined
}

export interface RepeatQuestion {
  readonly kind: OperationKind
  readonly caller: Caller
  readonly idempotencyKey: string | undefined
  readonly request: unknown
}

export interface OperationPort {
  /**
   * The task that this key started earlier, looked for before anything else is judged: by now the machine's state has
   * moved on, and the room is taken. Null for a new key or none. Throws IDEMPOTENCY_MISMATCH.
   */
  findRepeated(question: RepeatQuestion): Promise<StartedOperation | null>
  /** The task that a caller's key started, whatever it asked; null for a new key. */
  findByKey(caller: Caller, idempotencyKey: string): Promise<string | null>
  /** Throws VM_BUSY with the name of the task that runs, IDEMPOTENCY_MISMATCH, or what `accept` threw. */
  start<K extends OperationKind>(request: OperationRequest<K>): Promise<StartedOperation>
  list(filter: OperationFilter, page: PageCut): Promise<Page<OperationView>>
  /** Throws OPERATION_NOT_FOUND, for foreign ones as for none. */
  get(operationId: string, ownerId: string | null): Promise<OperationView>
  /** Throws OPERATION_NOT_CANCELLABLE. */
  cancel(operationId: string, ownerId: string | null): Promise<void>
}
