'use client'
import { Button } from '@berth/ui/button'
import { Card } from '@berth/ui/card'
import { RelativeTime } from '@berth/ui/relative-time'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'

/** Commands that a host may still come with. Nothing is shown while there are none. */
export function OpenInvitations() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { data } = useQuery(trpc.host.listJoinTokens.queryOptions({}))
  const takeBack = useMutation(trpc.host.revokeJoinToken.mutationOptions())
  const reread = () => void queryClient.invalidateQueries({ queryKey: trpc.host.listJoinTokens.queryKey() })
  if (data === undefined || data.items.length === 0) return null
  return (
    <Card title="Open join commands" description="Each lets one computer join, once" flush>
      <ul className="divide-line-soft divide-y">
        {data.items.map((item) => (
          <li key={item.joinTokenId} className="flex items-center gap-3 px-4 py-2.5 text-sm">
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium">{item.hostName}</span>
              <span className="text-ink-3 flex flex-wrap gap-x-3 text-xs">
                <span>
                  made <RelativeTime at={item.createdAt} />
                  {item.createdBy !== null && ` by ${item.createdBy}`}
                </span>
                <span>
                  ends <RelativeTime at={item.expiresAt} />
                </span>
              </span>
            </span>
            <Button
              size="sm"
              variant="danger-ghost"
              pending={takeBack.isPending && takeBack.variables.joinTokenId === item.joinTokenId}
              onClick={() => takeBack.mutate({ joinTokenId: item.joinTokenId }, { onSettled: reread })}
            >
              Take back
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  )
}
