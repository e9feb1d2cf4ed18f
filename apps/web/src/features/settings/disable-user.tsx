'use client'
import { useMutation } from '@tanstack/react-query'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { AccountQuestion } from './account-question.tsx'
import { counted, openAccessWords, type ShownAccount } from './account-words.ts'
import type { AccountDialogProps } from './use-account-change.ts'

/** Shuts a user out. Users are never deleted: machines, tasks and the audit trail keep a name. */
export function DisableUser({ account, viewerId, ...dialog }: AccountDialogProps & { viewerId: string }) {
  const trpc = useTRPC()
  const disable = useMutation(trpc.user.disable.mutationOptions({ meta: { showsError: true } }))
  return (
    <AccountQuestion
      {...dialog}
      change={disable}
      title={`Disable ${account.name}?`}
      confirmLabel="Disable user"
      onConfirm={(done) => disable.mutate({ userId: account.userId }, { onSuccess: done })}
    >
      <ul className="text-ink-2 flex list-disc flex-col gap-1 pl-5 text-sm">
        <li>{account.userId === viewerId ? 'You cannot' : 'Cannot'} sign in until enabled again.</li>
        <li>{endsLine(account)}</li>
        <li>{machinesLine(account)}</li>
      </ul>
    </AccountQuestion>
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

export function EnableUser({ account, ...dialog }: AccountDialogProps) {
  const trpc = useTRPC()
  const enable = useMutation(trpc.user.enable.mutationOptions({ meta: { showsError: true } }))
  return (
    <AccountQuestion
      {...dialog}
      change={enable}
      title={`Enable ${account.name}?`}
      confirmLabel="Enable user"
      tone="primary"
      onConfirm={(done) => enable.mutate({ userId: account.userId }, { onSuccess: done })}
    >
      <p className="text-ink-2 text-sm">
        The password works again. Sessions and API tokens that were ended stay ended.
      </p>
    </AccountQuestion>
  )
}
