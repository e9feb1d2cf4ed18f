'use client'
import { Button } from '@berth/ui/button'
import { Card } from '@berth/ui/card'
import { ConfirmDialog } from '@berth/ui/confirm-dialog'
import { Copyable } from '@berth/ui/copyable'
import { EmptyState } from '@berth/ui/empty-state'
import { IconButton } from '@berth/ui/icon-button'
import { Skeleton } from '@berth/ui/skeleton'
import { useQuery } from '@tanstack/react-query'
import { KeyRound, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { AddSshKeyDialog } from './add-ssh-key-dialog.tsx'
import { type ShownSshKey, useSetSshKeys } from './use-set-ssh-keys.ts'

/** The viewer's public keys, which the create form offers. */
export function SshKeySettings() {
  const trpc = useTRPC()
  const { data, error } = useQuery(trpc.user.sshKeys.queryOptions())
  const [isAdding, setIsAdding] = useState(false)
  const [removing, setRemoving] = useState<ShownSshKey | null>(null)
  const keys = data?.items
  const button = (
    <Button variant="primary" size="sm" onClick={() => setIsAdding(true)}>
      <Plus aria-hidden />
      Add key
    </Button>
  )
  return (
    <Card
      title="SSH keys"
      description="Public keys that new machines let in, through cloud-init"
      flush
      actions={keys !== undefined && keys.length > 0 ? button : undefined}
    >
      {keys === undefined && error === null && <Skeleton className="m-4 h-12" />}
      {error !== null && <p className="text-bad-ink p-4 text-sm">{errorLine(error)}</p>}
      {keys?.length === 0 && (
        <EmptyState icon={<KeyRound />} title="No SSH keys yet" action={button}>
          With a key here, each new machine lets you in without a password.
        </EmptyState>
      )}
      <ul className="divide-line-soft divide-y">
        {keys?.map((key) => (
          <li key={key.fingerprint} className="flex items-center gap-3 px-4 py-3">
            <div className="min-w-0 flex-1">
              <p className="flex items-baseline gap-2 text-sm">
                <span className="truncate font-medium">{key.name}</span>
                <span className="text-ink-3 text-xs">{key.publicKey.split(' ')[0]}</span>
              </p>
              <Copyable text={key.fingerprint} label="Copy fingerprint" className="text-ink-3" />
            </div>
            <IconButton label={`Remove ${key.name}`} onClick={() => setRemoving(key)}>
              <Trash2 />
            </IconButton>
          </li>
        ))}
      </ul>
      <AddSshKeyDialog open={isAdding} onOpenChange={setIsAdding} keys={keys ?? []} />
      <RemoveSshKey removing={removing} keys={keys ?? []} onClose={() => setRemoving(null)} />
    </Card>
  )
}

interface RemoveSshKeyProps {
  removing: ShownSshKey | null
  keys: readonly ShownSshKey[]
  onClose: () => void
}

function RemoveSshKey({ removing, keys, onClose }: RemoveSshKeyProps) {
  const set = useSetSshKeys()
  const rest = keys.filter((key) => key.fingerprint !== removing?.fingerprint)
  const close = () => {
    set.reset()
    onClose()
  }
  return (
    <ConfirmDialog
      open={removing !== null}
      onOpenChange={(open) => !open && close()}
      title={`Remove ${removing?.name ?? ''}?`}
      confirmLabel="Remove key"
      pending={set.isPending}
      error={set.error === null ? null : errorLine(set.error)}
      onConfirm={() => set.save(rest, close)}
    >
      <p className="text-ink-2 text-sm">
        New machines will not get it any more. Machines that have it keep it; remove it there by hand.
      </p>
    </ConfirmDialog>
  )
}
