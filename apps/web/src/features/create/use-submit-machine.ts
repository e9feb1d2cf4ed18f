'use client'
import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { fieldErrors } from '../../lib/error-text.ts'
import { newIdempotencyKey } from '../../lib/idempotency-key.ts'
import { useTRPCClient } from '../../lib/trpc/trpc-context.ts'
import { fieldOfPath, type FormField, type SavedKey, type VmCreateInput } from './to-vm-spec.ts'

export interface Submission {
  /** Of each machine; they differ in their names. */
  inputs: readonly VmCreateInput[]
  /** The viewer's keys as they shall be from now on; null to leave them. */
  keepKeys: readonly SavedKey[] | null
}

export interface MadeMachine {
  name: string
  vmId: string
}

export interface RefusedMachine {
  name: string
  error: unknown
}

/**
 * Asks for the machines one after the other, so that each is placed by what the one before has taken. One that is refused
 * loses none of the others. The same content sent again, after a lost answer, makes no second one; and what is made already
 * is not asked for again.
 */
export function useSubmitMachine(onAllMade: (made: readonly MadeMachine[]) => void) {
  const client = useTRPCClient()
  const keys = useRef(new Map<string, string>())
  const [made, setMade] = useState<readonly MadeMachine[]>([])
  const [refused, setRefused] = useState<readonly RefusedMachine[]>([])
  const keyFor = (input: VmCreateInput): string => {
    const content = JSON.stringify(input)
    const key = keys.current.get(content) ?? newIdempotencyKey()
    keys.current.set(content, key)
    return key
  }
  const mutation = useMutation({
    mutationKey: ['vm', 'create'],
    mutationFn: async ({ inputs, keepKeys }: Submission) => {
      const done = [...made]
      const failures: RefusedMachine[] = []
      for (const input of inputs.filter(({ name }) => !done.some((machine) => machine.name === name))) {
        try {
          const { vmId } = await client.vm.create.mutate({ ...input, idempotencyKey: keyFor(input) })
          done.push({ name: input.name, vmId })
          setMade([...done])
        } catch (error) {
          failures.push({ name: input.name, error })
          setRefused([...failures])
        }
      }
      // The machine is what was asked for; that its keys are kept for later must not fail it.
      if (keepKeys && done.length > 0) {
        await client.user.setSshKeys.mutate({ items: [...keepKeys] }).catch(() => undefined)
      }
      return { done: done.filter(({ name }) => inputs.some((input) => input.name === name)), failures }
    },
    meta: { showsError: true },
    onMutate: () => setRefused([]),
    onSuccess: ({ done, failures }) => {
      if (failures.length === 0) onAllMade(done)
    },
  })
  const isAllMade = mutation.isSuccess && refused.length === 0
  return {
    made,
    refused,
    isPending: mutation.isPending || isAllMade,
    /** The only one there was to refuse: its message stands at a field, or above the button. */
    error: mutation.isPending || made.length + refused.length > 1 ? null : (refused[0]?.error ?? null),
    refusals: refusalsOf(refused[0]?.error ?? null),
    submit: mutation.mutate,
    forgetRefusals: () => {
      if (!mutation.isPending) setRefused([])
    },
  }
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
