'use client'
import { useQueryClient } from '@tanstack/react-query'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import type { ShownAccount } from './account-words.ts'

export interface AccountDialogProps {
  account: ShownAccount
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Reads the list of users again at once, so that a dialog closes over what it did; the event of it may come later. */
export function useRereadAccounts(): () => void {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  return () => void queryClient.invalidateQueries({ queryKey: trpc.user.list.infiniteQueryKey() })
}
