'use client'
import { Button } from '@berth/ui/button'
import { ConfirmDialog } from '@berth/ui/confirm-dialog'
import { Copyable } from '@berth/ui/copyable'
import { StateDot } from '@berth/ui/state-dot'
import type { PoolHost, PoolView } from '@berth/core/storage/pool'
import { useMutation } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { plural } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { detachRefusal, poolHostLook } from './pool-words.ts'

/** One host of a shared pool: whether it can use it, where it has it, and the way out. */
export function PoolHostRow({ pool, host }: { pool: PoolView; host: PoolHost }) {
  const look = poolHostLook(host)
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-4 gap-y-1 px-4 py-3 sm:grid-cols-[minmax(9rem,14rem)_minmax(0,1fr)_7rem_auto]">
      <div className="min-w-0">
        <Link href={paths.host(host.hostId)} className="block truncate text-sm font-medium hover:underline">
          {host.name}
        </Link>
        <span className="text-xs">
          <StateDot kind={look.kind} label={look.word} />
        </span>
      </div>
      <div className="text-ink-2 min-w-0 text-xs max-sm:col-span-2 max-sm:row-start-2 sm:pt-0.5">
        <Copyable text={host.path} label="Copy path" />
        {look.problem !== null && <p className="text-bad-ink mt-1 text-pretty">{look.problem}</p>}
        {look.problem === null && !host.supportsDirectIo && (
          <p className="text-ink-3 mt-0.5">No direct IO here: disks go through the host’s cache.</p>
        )}
      </div>
      <span className="text-ink-2 text-xs max-sm:hidden sm:pt-1 sm:text-right">{plural(host.vmCount, 'machine')}</span>
      <DetachHost pool={pool} host={host} />
    </li>
  )
}

function DetachHost({ pool, host }: { pool: PoolView; host: PoolHost }) {
  const trpc = useTRPC()
  const [isOpen, setIsOpen] = useState(false)
  const detach = useMutation(trpc.pool.detach.mutationOptions({ meta: { showsError: true } }))
  const { poolId } = pool
  if (poolId === null) return null
  const isLast = pool.hosts.length === 1
  return (
    <>
      <Button
        size="sm"
        variant="ghost"
        aria-label={`Remove ${pool.name} from ${host.name}`}
        disabledReason={detachRefusal(host)}
        onClick={() => setIsOpen(true)}
      >
        Remove
      </Button>
      <ConfirmDialog
        open={isOpen}
        onOpenChange={setIsOpen}
        title={`Remove ${pool.name} from ${host.name}?`}
        confirmLabel="Remove from host"
        pending={detach.isPending}
        error={detach.error === null ? undefined : errorLine(detach.error)}
        onConfirm={() => detach.mutate({ poolId, hostId: host.hostId }, { onSuccess: () => setIsOpen(false) })}
      >
        <p className="text-ink-2 text-sm">
          {isLast
            ? 'It is the last host that has the pool: the pool goes from this list. What lies in the directory stays there.'
            : 'Machines cannot be made there in this pool any more, nor move there with their disks. Nothing in the directory is removed.'}
        </p>
      </ConfirmDialog>
    </>
  )
}
