'use client'
import { Button } from '@berth/ui/button'
import { ConfirmDialog } from '@berth/ui/confirm-dialog'
import { type HostHolding, hostHoldingSchema } from '@berth/core/host/host-holding'
import type { HostView } from '@berth/core/host/host'
import { useMutation } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { plural } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { wireErrorOf } from '../../lib/wire-error.ts'

/** Forgets a host that holds nothing any more. */
export function RemoveHost({ host }: { host: HostView }) {
  const trpc = useTRPC()
  const router = useRouter()
  const [isOpen, setIsOpen] = useState(false)
  const remove = useMutation(trpc.host.remove.mutationOptions({ meta: { showsError: true } }))
  const change = (open: boolean) => {
    setIsOpen(open)
    remove.reset()
  }
  const { vmCount } = host.committed
  const done = () => {
    change(false)
    router.push(paths.hosts())
  }
  return (
    <>
      <Button
        variant="danger-ghost"
        onClick={() => change(true)}
        disabledReason={vmCount > 0 ? `It holds ${plural(vmCount, 'machine')}: move or delete them first` : null}
      >
        <Trash2 aria-hidden />
        Remove…
      </Button>
      <ConfirmDialog
        open={isOpen}
        onOpenChange={change}
        title={`Remove ${host.name}?`}
        confirmLabel="Remove host"
        typeToConfirm={host.name}
        pending={remove.isPending}
        error={remove.error === null ? null : <Refusal error={remove.error} />}
        onConfirm={() => remove.mutate({ hostId: host.hostId }, { onSuccess: done })}
      >
        <p className="text-ink-2 text-sm">
          The panel forgets it, with its pools and its history. Its certificate is refused from then on; files on its
          disks stay where they are. It is refused while the host holds what exists nowhere else.
        </p>
      </ConfirmDialog>
    </>
  )
}

const holdingsSchema = hostHoldingSchema.array()
const kindWords: Readonly<Record<HostHolding['kind'], string>> = {
  machine: 'Machines',
  image: 'Images whose file is nowhere else',
  network: 'Networks of this host alone',
  disk: 'Disks that were kept',
}

function Refusal({ error }: { error: unknown }) {
  const holdings = holdingsSchema.safeParse(wireErrorOf(error)?.details['holdings'])
  if (!holdings.success) return errorLine(error)
  return (
    <div className="flex flex-col gap-1.5">
      <p>{errorLine(error)}</p>
      {holdings.data.map(({ kind, count, items }) => (
        <p key={kind} className="text-xs">
          {kindWords[kind]}:{' '}
          {items.map((item, index) => (
            <span key={item.id}>
              {index > 0 && ', '}
              {kind === 'machine' ? (
                <Link className="underline" href={paths.machine(item.id)}>
                  {item.name}
                </Link>
              ) : (
                item.name
              )}
            </span>
          ))}
          {count > items.length && ` and ${count - items.length} more`}
        </p>
      ))}
    </div>
  )
}
