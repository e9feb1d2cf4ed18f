'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'

export interface ShownSshKey {
  name: string
  publicKey: string
  fingerprint: string
}

/** Replaces the whole list; the fingerprints in it are the panel's own and are not sent. */
export function useSetSshKeys() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const set = useMutation(trpc.user.setSshKeys.mutationOptions({ meta: { showsError: true } }))
  return {
    ...set,
    save(keys: readonly Pick<ShownSshKey, 'name' | 'publicKey'>[], onDone: () => void) {
      const items = keys.map(({ name, publicKey }) => ({ name, publicKey }))
      const done = () => {
        void queryClient.invalidateQueries({ queryKey: trpc.user.sshKeys.queryKey() })
        onDone()
      }
      set.mutate({ items }, { onSuccess: done })
    },
  }
}
