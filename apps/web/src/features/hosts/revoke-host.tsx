'use client'
import { Button } from '@berth/ui/button'
import { ConfirmDialog } from '@berth/ui/confirm-dialog'
import type { HostView } from '@berth/core/host/host'
import { useMutation } from '@tanstack/react-query'
import { Unplug } from 'lucide-react'
import { useState } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { plural } from '../../lib/format.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'

/** Turns a host out of the installation; its machines are not touched. */
export function RevokeHost({ host }: { host: HostView }) {
  const trpc = useTRPC()
  const [isOpen, setIsOpen] = useState(false)
  const revoke = useMutation(trpc.host.revoke.mutationOptions({ meta: { showsError: true } }))
  const change = (open: boolean) => {
    setIsOpen(open)
    revoke.reset()
  }
  const { vmCount } = host.committed
  return (
    <>
      <Button
        variant="danger-ghost"
        onClick={() => change(true)}
        disabledReason={host.revokedAt === null ? null : 'It is revoked already'}
      >
        <Unplug aria-hidden />
        Revoke…
      </Button>
      <ConfirmDialog
        open={isOpen}
        onOpenChange={change}
        title={`Revoke ${host.name}?`}
        confirmLabel="Revoke host"
        typeToConfirm={host.name}
        pending={revoke.isPending}
        error={revoke.error === null ? null : errorLine(revoke.error)}
        onConfirm={() => revoke.mutate({ hostId: host.hostId }, { onSuccess: () => change(false) })}
      >
        <div className="text-ink-2 flex flex-col gap-3 text-sm">
          <p>
            Its certificate is refused from this moment on, by this panel and by all other hosts. Its consoles close.
          </p>
          {vmCount > 0 && (
            <p>
              The {plural(vmCount, 'machine')} on it {vmCount === 1 ? 'runs' : 'run'} on, but nobody can see or change{' '}
              {vmCount === 1 ? 'it' : 'them'} from here.
            </p>
          )}
          <p>It can come back only by a new join command for the same name.</p>
        </div>
      </ConfirmDialog>
    </>
  )
}
