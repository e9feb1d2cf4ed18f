/** Whether a task may be tried again, as far as the task itself says; what it is about has its own rules, asked anew. Pure. */
import type { OperationView } from './operation.ts'

/** Why not, as a sentence; null where it may. */
export function retryRefusal({ status, retriedById }: Pick<OperationView, 'status' | 'retriedById'>): string | null {
  if (status === 'succeeded') return 'It has succeeded.'
  if (status !== 'failed' && status !== 'cancelled' && status !== 'interrupted') return 'It has not ended yet.'
  return retriedById === null ? null : 'It was tried again already.'
}
