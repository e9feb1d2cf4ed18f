'use client'
import { Button } from '@berth/ui/button'
import { CodeBlock } from '@berth/ui/code-block'
import { Dialog } from '@berth/ui/dialog'
import { InlineAlert } from '@berth/ui/inline-alert'
import { RadioCards } from '@berth/ui/radio-cards'
import { Skeleton } from '@berth/ui/skeleton'
import { Switch } from '@berth/ui/switch'
import type { DiskPoolChoice } from '@berth/core/migration/disk-plan'
import type { VmView } from '@berth/core/vm/vm-view'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Database } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { newIdempotencyKey } from '../../lib/idempotency-key.ts'
import { curlOf } from '../../lib/show-code.ts'
import { useTRPC, useTRPCClient } from '../../lib/trpc/trpc-context.ts'
import { refusalOf } from '../machine-actions/vm-verb.tsx'
import { BandwidthCapField } from '../migration/bandwidth-cap-field.tsx'
import { parseBandwidthCap } from '../migration/bandwidth-cap.ts'
import { effectText, firstChoice, roomText } from './disk-words.ts'

export interface MoveDiskDialogProps {
  vm: VmView
  disk: VmView['spec']['disks'][number]
  /** As the page counts: from 1. */
  number: number
  onClose: () => void
}

/** Into which pool of its host a disk goes. How far it is shows on the card behind. */
export function MoveDiskDialog(props: MoveDiskDialogProps) {
  const { vm, disk, number, onClose } = props
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={`Move disk ${number} of ${vm.name}`}
      description={`It lies in pool ${disk.pool} of ${vm.host?.name ?? 'its host'}.`}
      size="lg"
    >
      <Pools {...props} />
    </Dialog>
  )
}

function Pools(props: MoveDiskDialogProps) {
  const { vm, disk } = props
  const trpc = useTRPC()
  const asked = { vmId: vm.vmId, volumeId: disk.volumeId }
  const { data, error } = useQuery({ ...trpc.vm.diskPools.queryOptions(asked), staleTime: 0 })
  if (error) return <InlineAlert tone="bad">{errorLine(error)}</InlineAlert>
  if (data === undefined) return <Skeleton className="h-32 rounded-lg" />
  return <MoveForm {...props} pools={data.pools} />
}

function MoveForm({ vm, disk, onClose, pools }: MoveDiskDialogProps & { pools: readonly DiskPoolChoice[] }) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const queryClient = useQueryClient()
  const [wished, setWished] = useState<string>()
  const [typedCap, setTypedCap] = useState('')
  const [keepsOld, setKeepsOld] = useState(true)
  const cap = parseBandwidthCap(typedCap)
  const chosen = pools.find(({ pool, refusal }) => pool === wished && refusal === null) ?? firstChoice(pools)
  const target = { vmId: vm.vmId, volumeId: disk.volumeId }
  const input = {
    ...{ ...target, toPool: chosen?.pool ?? '' },
    ...(cap.kind === 'cap' ? { bandwidthBytesPerSecond: cap.bytesPerSecond } : {}),
    ...(keepsOld ? {} : { keepsOld }),
  }
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => client.vm.moveDisk.mutate({ ...input, idempotencyKey: newIdempotencyKey() }),
    meta: { showsError: true },
    onSuccess: onClose,
    onError: () => queryClient.invalidateQueries(trpc.vm.diskPools.queryFilter(target)),
  })
  const refusal =
    refusalOf('moveDisk', vm) ??
    (chosen === undefined ? 'None of the pools can take it' : cap.kind === 'wrong' ? cap.problem : null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (refusal === null && !isPending) mutate()
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <RadioCards
        label="Pool"
        value={chosen?.pool}
        onValueChange={setWished}
        options={pools.map((each) => ({
          value: each.pool,
          title: each.pool,
          description: roomText(each),
          icon: <Database aria-hidden />,
          disabledReason: each.refusal,
        }))}
        className="lg:grid-cols-2"
      />
      {pools.length < 2 && (
        <p className="text-ink-2 text-sm">Its host has no other pool. Add one on the page of the pools first.</p>
      )}
      {chosen !== undefined && <p className="text-ink-2 text-sm">{effectText(chosen, { isOn: vm.run !== null })}</p>}
      <Switch
        label={`Keep the old copy in the trash of ${disk.pool} for a day`}
        hint="Without it, its room there is free at once."
        checked={keepsOld}
        onCheckedChange={setKeepsOld}
      />
      <details className="text-sm">
        <summary className="text-ink-2 hover:text-ink w-fit cursor-pointer">Advanced</summary>
        <BandwidthCapField
          typed={typedCap}
          onTyped={setTypedCap}
          cap={cap}
          placeholder="As fast as the disks are"
          hint="Leaves the disks room for guests."
        />
        <div className="mt-3">
          <CodeBlock title="curl" code={curlOf(window.location.origin, 'vm.moveDisk', input)} />
        </div>
      </details>
      {error && <InlineAlert tone="bad">{errorLine(error)}</InlineAlert>}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" pending={isPending} disabledReason={refusal}>
          {chosen === undefined ? 'Move the disk' : `Move it to ${chosen.pool}`}
        </Button>
      </div>
    </form>
  )
}
