'use client'
import { ConfirmDialog } from '@berth/ui/confirm-dialog'
import { useMutation } from '@tanstack/react-query'
import { errorLine } from '../../lib/error-text.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { counted, openAccessWords, type ShownAccount } from './account-words.ts'
import { type AccountDialogProps, useRereadAccounts } from './use-account-change.ts'

/** Shuts a user out. Users are never deleted: machines, tasks and the audit trail keep a name. */
export function DisableUser({ account, viewerId, open, onOpenChange }: AccountDialogProps & { viewerId: string }) {
  const trpc = useTRPC()
  const reread = useRereadAccounts()
  const disable = useMutation(trpc.user.disable.mutationOptions({ meta: { showsError: true } }))
  const close = () => {
    disable.reset()
    onOpenChange(false)
  }
  const done = () => {
    reread()
    close()
  }
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={(next) => !next && close()}
      title={`Disable ${account.name}?`}
      confirmLabel="Disable user"
      pending={disable.isPending}
      error={disable.error === null ? null : errorLine(disable.error)}
      onConfirm={() => disable.mutate({ userId: account.userId }, { onSuccess: done })}
    >
      <ul className="text-ink-2 flex list-disc flex-col gap-1 pl-5 text-sm">
        <li>{account.userId === viewerId ? 'You cannot' : 'Cannot'} sign in until enabled again.</li>
        <li>{endsLine(account)}</li>
        <li>{machinesLine(account)}</li>
      </ul>
    </ConfirmDialog>
  )
}

function endsLine(account: ShownAccount): string {
  const open = openAccessWords(account)
  return open === '' ? 'No session and no API token is open.' : `At once and for good: ${open} and open consoles end.`
}

const machinesLine = ({ vmCount }: ShownAccount): string =>
  vmCount === 0
    ? 'Owns no machines.'
    : `${counted(vmCount, 'machine')} ${vmCount === 1 ? 'stays as it is' : 'stay as they are'}, for administrators to manage.`

export function EnableUser({ account, open, onOpenChange }: AccountDialogProps) {
  const trpc = useTRPC()
  const reread = useRereadAccounts()
  const enable = useMutation(trpc.user.enable.mutationOptions({ meta: { showsError: true } }))
  const close = () => {
    enable.reset()
    onOpenChange(false)
  }
  const done = () => {
    reread()
    close()
  }
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={(next) => !next && close()}
      title={`Enable ${account.name}?`}
      confirmLabel="Enable user"
      tone="primary"
      pending={enable.isPending}
      error={enable.error === null ? null : errorLine(enable.error)}
      onConfirm={() => enable.mutate({ userId: account.userId }, { onSuccess: done })}
    >
      <p className="text-ink-2 text-sm">
        The password works again. Sessions and API tokens that were ended stay ended.
      </p>
    </ConfirmDialog>
  )
}
