'use client'
import { Checkbox } from '@berth/ui/checkbox'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { AccountQuestion } from './account-question.tsx'
import { counted, openAccessWords } from './account-words.ts'
import type { AccountDialogProps } from './use-account-change.ts'

/** Ends what is open in a user's name; he may sign in again. */
export function SignOutUser({ account, viewerId, open, onOpenChange }: AccountDialogProps & { viewerId: string }) {
  const trpc = useTRPC()
  const [includesTokens, setIncludesTokens] = useState(false)
  const revoke = useMutation(trpc.user.revokeSessions.mutationOptions({ meta: { showsError: true } }))
  const change = (next: boolean) => {
    if (!next) setIncludesTokens(false)
    onOpenChange(next)
  }
  const isSelf = account.userId === viewerId
  return (
    <AccountQuestion
      open={open}
      onOpenChange={change}
      change={revoke}
      title={`Sign out ${account.name} everywhere?`}
      confirmLabel="Sign out"
      disabledReason={account.sessionCount === 0 && !includesTokens ? 'Has no session' : null}
      onConfirm={(done) => revoke.mutate({ userId: account.userId, includesTokens }, { onSuccess: done })}
    >
      <p className="text-ink-2 text-sm">
        Open are {openAccessWords(account)}. Consoles close with them; machines run on.
        {isSelf && ' This is you: your own session ends too.'}
      </p>
      {account.tokenCount > 0 && (
        <Checkbox
          label={`Also revoke ${counted(account.tokenCount, 'API token')}`}
          hint="Scripts that use them are refused from now on"
          checked={includesTokens}
          onCheckedChange={setIncludesTokens}
        />
      )}
    </AccountQuestion>
  )
}
