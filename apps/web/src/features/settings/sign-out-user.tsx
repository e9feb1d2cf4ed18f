'use client'
import { Checkbox } from '@berth/ui/checkbox'
import { ConfirmDialog } from '@berth/ui/confirm-dialog'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { counted, openAccessWords } from './account-words.ts'
import { type AccountDialogProps, useRereadAccounts } from './use-account-change.ts'

/** Ends what is open in a user's name; he may sign in again. */
export function SignOutUser({ account, viewerId, open, onOpenChange }: AccountDialogProps & { viewerId: string }) {
  const trpc = useTRPC()
  const reread = useRereadAccounts()
  const [includesTokens, setIncludesTokens] = useState(false)
  const revoke = useMutation(trpc.user.revokeSessions.mutationOptions({ meta: { showsError: true } }))
  const close = () => {
    revoke.reset()
    setIncludesTokens(false)
    onOpenChange(false)
  }
  const done = () => {
    reread()
    close()
  }
  const isSelf = account.userId === viewerId
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={(next) => !next && close()}
      title={`Sign out ${account.name} everywhere?`}
      confirmLabel="Sign out"
      pending={revoke.isPending}
      error={revoke.error === null ? null : errorLine(revoke.error)}
      disabledReason={account.sessionCount === 0 && !includesTokens ? 'Has no session' : null}
      onConfirm={() => revoke.mutate({ userId: account.userId, includesTokens }, { onSuccess: done })}
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
    </ConfirmDialog>
  )
}
