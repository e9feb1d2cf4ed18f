'use client'
import { Button } from '@berth/ui/button'
import { Dialog } from '@berth/ui/dialog'
import { InlineAlert } from '@berth/ui/inline-alert'
import { TextField } from '@berth/ui/text-field'
import type { HostView } from '@berth/core/host/host'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { errorLine, fieldErrors } from '../../lib/error-text.ts'
import { plural } from '../../lib/format.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { bridgesOf, hostsWith } from './network-words.ts'
import { useRereadNetworks } from './use-reread-networks.ts'

const empty = { name: '', bridge: '', description: '' } as const
type Draft = Record<keyof typeof empty, string>

export interface AddNetworkDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  hosts: readonly HostView[]
}

/** Names a bridge that hosts have; what was typed stays when it is refused. */
export function AddNetworkDialog({ open, onOpenChange, hosts }: AddNetworkDialogProps) {
  const trpc = useTRPC()
  const reread = useRereadNetworks()
  const [draft, setDraft] = useState<Draft>(empty)
  const create = useMutation(trpc.network.create.mutationOptions({ meta: { showsError: true } }))
  const refused = fieldErrors(create.error)
  const set = (part: Partial<Draft>) => {
    setDraft({ ...draft, ...part })
    if (create.error !== null) create.reset()
  }
  const change = (next: boolean) => {
    create.reset()
    onOpenChange(next)
  }
  const done = () => {
    reread()
    setDraft(empty)
    onOpenChange(false)
  }
  const reason =
    draft.name.trim() === '' ? 'Give it a name first' : draft.bridge.trim() === '' ? 'Name its bridge first' : null
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (create.isPending || reason !== null) return
    create.mutate({ ...draft, bridge: draft.bridge.trim(), kind: 'bridge' }, { onSuccess: done })
  }
  return (
    <Dialog
      open={open}
      onOpenChange={change}
      title="Add a network"
      description="On a bridge that you made on your hosts. Berth connects machines to it and changes nothing about it."
      footer={
        <>
          <Button onClick={() => change(false)}>Cancel</Button>
          <Button type="submit" form="add-network" variant="primary" pending={create.isPending} disabledReason={reason}>
            Add network
          </Button>
        </>
      }
    >
      <form id="add-network" onSubmit={submit} noValidate className="flex flex-col gap-4">
        <TextField
          label="Name"
          placeholder="office"
          value={draft.name}
          maxLength={60}
          autoComplete="off"
          onChange={(event) => set({ name: event.target.value })}
          error={refused['name']}
          hint="What people see when they create a machine."
        />
        <div className="flex flex-col gap-2">
          <TextField
            label="Bridge"
            placeholder="br0"
            mono
            value={draft.bridge}
            maxLength={15}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            onChange={(event) => set({ bridge: event.target.value })}
            error={refused['bridge']}
            hint={bridgeHint(draft.bridge.trim(), hosts)}
          />
          <BridgeChoices hosts={hosts} onChoose={(bridge) => set({ bridge })} />
        </div>
        <TextField
          label="Description (optional)"
          placeholder="Where it leads, who may use it"
          value={draft.description}
          maxLength={200}
          autoComplete="off"
          onChange={(event) => set({ description: event.target.value })}
          error={refused['description']}
        />
        {create.error !== null && Object.keys(refused).length === 0 && (
          <InlineAlert tone="bad">{errorLine(create.error)}</InlineAlert>
        )}
      </form>
    </Dialog>
  )
}

function bridgeHint(bridge: string, hosts: readonly HostView[]): string {
  if (bridge === '') return 'Its name, the same on each host: machines move between hosts that have it.'
  const names = hostsWith({ kind: 'bridge', bridge }, hosts)
  if (names.length === 0) return `No host has ${bridge} yet; machines can be put on it once one does.`
  const shown = names.slice(0, 4).join(', ')
  return `On ${shown}${names.length > 4 ? ` and ${names.length - 4} more` : ''}.`
}

/** Those that hosts have, to take by a click. */
function BridgeChoices({ hosts, onChoose }: { hosts: readonly HostView[]; onChoose: (bridge: string) => void }) {
  const bridges = bridgesOf(hosts).slice(0, 6)
  if (bridges.length === 0) return null
  return (
    <div role="group" aria-label="Bridges of your hosts" className="flex flex-wrap gap-1.5">
      {bridges.map(({ bridge, hostCount }) => (
        <Button key={bridge} size="sm" onClick={() => onChoose(bridge)}>
          <code className="font-mono text-xs">{bridge}</code>
          <span className="text-ink-3">{plural(hostCount, 'host')}</span>
        </Button>
      ))}
    </div>
  )
}
