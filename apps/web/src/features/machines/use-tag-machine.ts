'use client'
import { errorCodeOf } from '../../lib/error-text.ts'
import { newIdempotencyKey } from '../../lib/idempotency-key.ts'
import { useTRPCClient } from '../../lib/trpc/trpc-context.ts'
import { tagAnswer, type TagWish } from './tag-change.ts'

/** Its hardware may be changed between reading and writing; it is read anew so often before it is given up. */
const maxTries = 3

/**
 * Changes one machine's tags over those that it has now, not over those that the list showed when it was asked: what
 * somebody else tagged while the dialog was open stays. Throws what the panel refused.
 */
export function useTagMachine(): (vmId: string, wish: TagWish) => Promise<void> {
  const client = useTRPCClient()
  return async (vmId, wish) => {
    for (let attempt = 1; ; attempt++) {
      const vm = await client.vm.get.query({ vmId })
      const answer = tagAnswer(vm, wish)
      if (!answer.isAllowed) return
      try {
        const change = { vmId, revision: vm.revision, tags: [...answer.tags] }
        await client.vm.update.mutate({ ...change, idempotencyKey: newIdempotencyKey() })
        return
      } catch (error) {
        if (attempt === maxTries || errorCodeOf(error) !== 'REVISION_CONFLICT') throw error
      }
    }
  }
}
