'use client'
import { Badge } from '@berth/ui/badge'
import { Button } from '@berth/ui/button'
import { Card } from '@berth/ui/card'
import { Copyable } from '@berth/ui/copyable'
import { InlineAlert } from '@berth/ui/inline-alert'
import { RelativeTime } from '@berth/ui/relative-time'
import { Skeleton } from '@berth/ui/skeleton'
import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Monitor, Smartphone } from 'lucide-react'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import {
  type AuthSession,
  authRefusalText,
  listSessions,
  revokeOtherSessions,
  revokeSession,
} from '../../lib/auth/auth-calls.ts'
import { deviceName } from './device-name.ts'

const sessionsKey = ['auth', 'sessions'] as const

/** Where the viewer is signed in, and an end to it. */
export function SessionSettings() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { data: me } = useSuspenseQuery(trpc.user.me.queryOptions())
  const sessions = useQuery({ queryKey: sessionsKey, queryFn: listSessions, refetchOnMount: 'always' })
  const reread = () => queryClient.invalidateQueries({ queryKey: sessionsKey })
  const showsError = { meta: { showsError: true }, onSettled: reread }
  const revoke = useMutation({ mutationFn: revokeSession, ...showsError })
  const revokeOthers = useMutation({ mutationFn: revokeOtherSessions, ...showsError })
  const error = sessions.error ?? revoke.error ?? revokeOthers.error
  const others = sessions.data?.filter((session) => session.id !== me.sessionId) ?? []
  return (
    <Card
      title="Sessions"
      description="Browsers in which you are signed in. A session ends after seven days without use."
      flush
      actions={
        <Button
          size="sm"
          variant="danger-ghost"
          onClick={() => revokeOthers.mutate()}
          pending={revokeOthers.isPending}
          disabledReason={others.length === 0 ? 'There is no other session' : null}
        >
          Sign out all others
        </Button>
      }
    >
      {error !== null && (
        <InlineAlert tone="bad" className="m-4">
          {authRefusalText(error).text}
        </InlineAlert>
      )}
      {sessions.data === undefined && sessions.error === null && <Skeleton className="m-4 h-12" />}
      <ul className="divide-line-soft divide-y">
        {sessions.data?.map((session) => (
          <SessionRow
            key={session.id}
            session={session}
            isCurrent={session.id === me.sessionId}
            isPending={revoke.isPending && revoke.variables === session.token}
            onRevoke={() => revoke.mutate(session.token)}
          />
        ))}
      </ul>
    </Card>
  )
}

interface SessionRowProps {
  session: AuthSession
  isCurrent: boolean
  isPending: boolean
  onRevoke: () => void
}

function SessionRow({ session, isCurrent, isPending, onRevoke }: SessionRowProps) {
  const { text, isPhone } = deviceName(session.userAgent)
  const Icon = isPhone ? Smartphone : Monitor
  return (
    <li className="flex items-center gap-3 px-4 py-3">
      <span className="bg-pressed text-ink-2 grid size-9 shrink-0 place-items-center rounded-md">
        <Icon aria-hidden className="size-4.5" />
      </span>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2 text-sm font-medium" title={session.userAgent ?? undefined}>
          {text}
          {isCurrent && <Badge tone="ok">this one</Badge>}
        </p>
        <p className="text-ink-3 flex flex-wrap items-center gap-x-2 text-xs">
          {session.ipAddress ? <Copyable text={session.ipAddress} /> : <span>address unknown</span>}
          <span>
            signed in <RelativeTime at={session.createdAt} />
          </span>
        </p>
      </div>
      <Button
        size="sm"
        onClick={onRevoke}
        pending={isPending}
        disabledReason={isCurrent ? 'Use “Sign out” in the menu for this one' : null}
      >
        Sign out
      </Button>
    </li>
  )
}
