'use client'
import { Button } from '@berth/ui/button'
import { Card } from '@berth/ui/card'
import { Dialog } from '@berth/ui/dialog'
import { InlineAlert } from '@berth/ui/inline-alert'
import { TextField } from '@berth/ui/text-field'
import type { HostView } from '@berth/core/host/host'
import { cidrSchema } from '@berth/core/network/cidr'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { moveNetworkText } from './move-network-words.ts'

/** By which of the host's networks machines come to it. */
export function MoveNetworkCard({ host }: { host: HostView }) {
  const [isOpen, setIsOpen] = useState(false)
  const { title, text, isWarning } = moveNetworkText(host)
  return (
    <Card
      title="Migration network"
      actions={
        <Button size="sm" variant="ghost" onClick={() => setIsOpen(true)}>
          Change…
        </Button>
      }
    >
      <p className="text-sm font-medium">{title}</p>
      <p className={isWarning ? 'text-warn-ink text-xs' : 'text-ink-2 text-xs'}>{text}</p>
      {isOpen && <MoveNetworkDialog host={host} onClose={() => setIsOpen(false)} />}
    </Card>
  )
}

function MoveNetworkDialog({ host, onClose }: { host: HostView; onClose: () => void }) {
  const trpc = useTRPC()
  const [typed, setTyped] = useState(host.moveNetwork ?? '')
  const change = useMutation(
    trpc.host.setMoveNetwork.mutationOptions({ meta: { showsError: true }, onSuccess: onClose }),
  )
  const wish = typed.trim() === '' ? null : cidrSchema.safeParse(typed)
  const problem = wish === null || wish.success ? null : (wish.error.issues[0]?.message ?? 'That is no subnet.')
  const moveNetwork = wish === null || !wish.success ? null : wish.data
  const preview = moveNetworkText({ ...host, moveNetwork })
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={`Migration network of ${host.name}`}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (problem === null) change.mutate({ hostId: host.hostId, moveNetwork })
        }}
      >
        <TextField
          label="Subnet"
          mono
          autoFocus
          placeholder="10.77.0.0/24"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          error={problem}
          hint="Memory and disks of machines that move here come to this host’s address in it. Empty: to its own address."
        />
        {problem === null && (
          <InlineAlert tone={preview.isWarning ? 'warn' : 'info'} title={preview.title}>
            {preview.text}
          </InlineAlert>
        )}
        {change.error !== null && <InlineAlert tone="bad">{errorLine(change.error)}</InlineAlert>}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" pending={change.isPending} disabledReason={problem}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
