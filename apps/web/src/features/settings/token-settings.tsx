'use client'
import { Badge } from '@berth/ui/badge'
import { Button } from '@berth/ui/button'
import { Card } from '@berth/ui/card'
import { ConfirmDialog } from '@berth/ui/confirm-dialog'
import { EmptyState } from '@berth/ui/empty-state'
import { LoadMore } from '@berth/ui/load-more'
import { RelativeTime } from '@berth/ui/relative-time'
import { Skeleton } from '@berth/ui/skeleton'
import { useNow } from '@berth/ui/ticking-clock'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { CreateTokenDialog } from './create-token-dialog.tsx'

interface ShownToken {
  tokenId: string
  name: string
  prefix: string
  createdAt: string
  expiresAt: string | null
  lastUsedAt: string | null
}

export function TokenSettings() {
  const trpc = useTRPC()
  const [isCreating, setIsCreating] = useState(false)
  const [revoking, setRevoking] = useState<ShownToken | null>(null)
  const query = useInfiniteQuery(
    trpc.token.list.infiniteQueryOptions({ limit: 50 }, { getNextPageParam: (page) => page.nextCursor }),
  )
  const tokens = query.data?.pages.flatMap((page) => page.items)
  const button = (
    <Button variant="primary" size="sm" onClick={() => setIsCreating(true)}>
      <Plus aria-hidden />
      New token
    </Button>
  )
  return (
    <Card
      title="API tokens"
      description="For scripts: a token may do what you may do, until it ends or is revoked"
      flush
      actions={tokens !== undefined && tokens.length > 0 ? button : undefined}
    >
      {tokens === undefined &&
        (query.error === null ? <Skeleton className="m-4 h-12" /> : <ListError error={query.error} />)}
      {tokens?.length === 0 && (
        <EmptyState icon={<KeyRound />} title="No tokens yet" action={button}>
          Everything that this panel does can be done by a script.
        </EmptyState>
      )}
      <ul className="divide-line-soft divide-y">
        {tokens?.map((token) => (
          <TokenRow key={token.tokenId} token={token} onRevoke={() => setRevoking(token)} />
        ))}
      </ul>
      {query.hasNextPage && (
        <LoadMore
          shown={tokens?.length ?? 0}
          hasMore
          loading={query.isFetchingNextPage}
          onLoadMore={() => void query.fetchNextPage()}
        />
      )}
      <CreateTokenDialog open={isCreating} onOpenChange={setIsCreating} />
      <RevokeToken token={revoking} onClose={() => setRevoking(null)} />
    </Card>
  )
}

const ListError = ({ error }: { error: unknown }) => <p className="text-bad-ink p-4 text-sm">{errorLine(error)}</p>

function TokenRow({ token, onRevoke }: { token: ShownToken; onRevoke: () => void }) {
  const now = useNow()
  const isOver = now !== null && token.expiresAt !== null && Date.parse(token.expiresAt) < now
  return (
    <li className="flex items-center gap-3 px-4 py-3">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2 text-sm">
          <span className="truncate font-medium">{token.name}</span>
          <code className="text-ink-3 font-mono text-xs">{token.prefix}…</code>
          {isOver && <Badge tone="warn">expired</Badge>}
        </p>
        <p className="text-ink-3 flex flex-wrap gap-x-3 text-xs">
          <span>
            made <RelativeTime at={token.createdAt} />
          </span>
          {token.lastUsedAt === null ? (
            <span>never used</span>
          ) : (
            <span>
              used <RelativeTime at={token.lastUsedAt} />
            </span>
          )}
          {token.expiresAt === null ? (
            <span>does not end</span>
          ) : (
            <span>
              {isOver ? 'ended' : 'ends'} <RelativeTime at={token.expiresAt} />
            </span>
          )}
        </p>
      </div>
      <Button size="sm" variant="danger-ghost" onClick={onRevoke}>
        Revoke…
      </Button>
    </li>
  )
}

function RevokeToken({ token, onClose }: { token: ShownToken | null; onClose: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const revoke = useMutation(trpc.token.revoke.mutationOptions({ meta: { showsError: true } }))
  const close = () => {
    revoke.reset()
    onClose()
  }
  const done = () => {
    void queryClient.invalidateQueries({ queryKey: trpc.token.list.infiniteQueryKey() })
    close()
  }
  return (
    <ConfirmDialog
      open={token !== null}
      onOpenChange={(open) => !open && close()}
      title={`Revoke ${token?.name ?? ''}?`}
      confirmLabel="Revoke token"
      pending={revoke.isPending}
      error={revoke.error === null ? null : errorLine(revoke.error)}
      onConfirm={() => token !== null && revoke.mutate({ tokenId: token.tokenId }, { onSuccess: done })}
    >
      <p className="text-ink-2 text-sm">Scripts that use it are refused from now on. This cannot be undone.</p>
    </ConfirmDialog>
  )
}
