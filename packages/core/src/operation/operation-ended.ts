import type { OperationStatus } from './operation.ts'

/** Whether nothing will happen any more. Apart from the schemas, so that a page that asks loads no parser. */
export function isOperationEnded(status: OperationStatus): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled' || status === 'interrupted'
}
