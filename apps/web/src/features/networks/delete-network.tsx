'use client'
import { ConfirmDialog } from '@berth/ui/confirm-dialog'
import type { NetworkView } from '@berth/core/network/network'
import { useMutation } from '@tanstack/react-query'
import { errorLine } from '../../lib/error-text.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { useRereadNetworks } from './use-reread-networks.ts'

export function DeleteNetwork({ network, onClose }: { network: NetworkView | null; onClose: () => void }) {
  const trpc = useTRPC()
  const reread = useRereadNetworks()
  const remove = useMutation(trpc.network.delete.mutationOptions({ meta: { showsError: true } }))
  const close = () => {
    remove.reset()
    onClose()
  }
  const done = () => {
    reread()
    close()
  }
  return (
    <ConfirmDialog
      open={network !== null}
      onOpenChange={(open) => !open && close()}
      title={`Delete ${network?.name ?? ''}?`}
      confirmLabel="Delete network"
      pending={remove.isPending}
      error={remove.error === null ? null : errorLine(remove.error)}
      onConfirm={() => network !== null && remove.mutate({ networkId: network.networkId }, { onSuccess: done })}
    >
      <p className="text-ink-2 text-sm">
        New machines can no longer be put on it. The bridge {network?.bridge} itself stays as it is on every host.
      </p>
    </ConfirmDialog>
  )
}
