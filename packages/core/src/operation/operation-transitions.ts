/** The life of an operation: queued ─▶ running ─▶ succeeded | failed | interrupted, and cancelling ─▶ cancelled. */
import type { OperationStatus } from './operation.ts'

const table: Readonly<Record<OperationStatus, readonly OperationStatus[]>> = {
  queued: ['running', 'cancelled', 'failed'],
  running: ['succeeded', 'failed', 'interrupted', 'cancelling'],
  // A cancel that comes after the point of no return does not stop the work: it may still succeed.
  cancelling: ['cancelled', 'succeeded', 'failed', 'interrupted'],
  succeeded: [],
  failed: [],
  cancelled: [],
  interrupted: [],
}

export function mayOperationBecome(from: OperationStatus, to: OperationStatus): boolean {
  return table[from].includes(to)
}
