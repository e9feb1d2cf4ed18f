'use client'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useRef } from 'react'
import { fieldErrors } from '../../lib/error-text.ts'
import { newIdempotencyKey } from '../../lib/idempotency-key.ts'
import { paths } from '../../lib/paths.ts'
import { useTRPCClient } from '../../lib/trpc/trpc-context.ts'
import { fieldOfPath, type FormField, type SavedKey, type VmCreateInput } from './to-vm-spec.ts'

export interface Submission {
  input: VmCreateInput
  /** The viewer's keys as they shall be from now on; null to leave them. */
  keepKeys: readonly SavedKey[] | null
}

/** Asks for the machine and goes to its page. The same content sent again, after a lost answer, makes no second one. */
export function useSubmitMachine(onAccepted: () => void) {
  const client = useTRPCClient()
  const router = useRouter()
  const last = useRef<{ content: string; key: string } | null>(null)
  const keyFor = (input: VmCreateInput): string => {
    const content = JSON.stringify(input)
    if (last.current?.content !== content) last.current = { content, key: newIdempotencyKey() }
    return last.current.key
  }
  const mutation = useMutation({
    mutationKey: ['vm', 'create'],
    mutationFn: async ({ input, keepKeys }: Submission) => {
      const made = await client.vm.create.mutate({ ...input, idempotencyKey: keyFor(input) })
      // The machine is what was asked for; that its keys are kept for later must not fail it.
      if (keepKeys) await client.user.setSshKeys.mutate({ items: [...keepKeys] }).catch(() => undefined)
      return made
    },
    meta: { showsError: true },
    onSuccess: ({ vmId }) => {
      onAccepted()
      router.push(paths.machine(vmId))
    },
  })
  return { ...mutation, refusals: refusalsOf(mutation.error) }
}

/** The panel's messages by field of the form. */
function refusalsOf(error: unknown): Partial<Record<FormField, string>> {
  const refusals: Partial<Record<FormField, string>> = {}
  if (error === null) return refusals
  for (const [path, message] of Object.entries(fieldErrors(error))) {
    const field = fieldOfPath(path)
    if (field) refusals[field] ??= message
  }
  return refusals
}
