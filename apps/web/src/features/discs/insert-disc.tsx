'use client'
import { Button } from '@berth/ui/button'
import { Dialog } from '@berth/ui/dialog'
import { EmptyState } from '@berth/ui/empty-state'
import { InlineAlert } from '@berth/ui/inline-alert'
import { RadioCards } from '@berth/ui/radio-cards'
import { Skeleton } from '@berth/ui/skeleton'
import { Switch } from '@berth/ui/switch'
import { formatBytes } from '@berth/core/units/bytes'
import type { VmView } from '@berth/core/vm/vm-view'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Disc3 } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { newIdempotencyKey } from '../../lib/idempotency-key.ts'
import { paths } from '../../lib/paths.ts'
import { useTRPC, useTRPCClient } from '../../lib/trpc/trpc-context.ts'
import { DiscCode } from './disc-code.tsx'
import { discRefusal, insertRefusal } from './disc-words.ts'

export interface InsertDiscProps {
  vm: VmView
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Which ISO goes into the machine's drive. What came of it shows in the drive, and in the task where it failed. */
export function InsertDisc({ vm, open, onOpenChange }: InsertDiscProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Insert an ISO into ${vm.name}`}
      description={
        vm.run === null
          ? 'It is there when the machine starts, and boots when no disk does.'
          : 'The guest sees it at once. It takes the place of what is in the drive.'
      }
      size="lg"
    >
      {open && <InsertForm vm={vm} onDone={() => onOpenChange(false)} />}
    </Dialog>
  )
}

function InsertForm({ vm, onDone }: { vm: VmView; onDone: () => void }) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const [imageId, setImageId] = useState<string>()
  const [isForced, setForced] = useState(false)
  const { data, error: listError } = useQuery(trpc.image.list.queryOptions({ limit: 200, filter: { kind: 'iso' } }))
  const input = { vmId: vm.vmId, imageId: imageId ?? '', ...(isForced ? { isForced } : {}) }
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => client.vm.insertDisc.mutate({ ...input, idempotencyKey: newIdempotencyKey() }),
    meta: { showsError: true },
    onSuccess: onDone,
  })
  if (listError) return <InlineAlert tone="bad">{errorLine(listError)}</InlineAlert>
  if (data === undefined) return <Skeleton className="h-24 rounded-lg" />
  if (data.items.length === 0) return <NoDiscs />
  const inserted = vm.spec.cdrom?.imageId ?? null
  return (
    <div className="flex flex-col gap-4">
      <RadioCards
        label="ISO"
        value={imageId}
        onValueChange={setImageId}
        options={data.items.map((image) => ({
          value: image.imageId,
          title: image.name,
          description: [image.hints.osName, image.virtualBytes === null ? '' : formatBytes(image.virtualBytes)]
            .filter((part) => part !== '')
            .join(' · '),
          icon: <Disc3 aria-hidden />,
          disabledReason: insertRefusal(image, inserted),
        }))}
        className="lg:grid-cols-2"
      />
      {vm.run !== null && inserted !== null && <ForceSwitch isForced={isForced} onForced={setForced} />}
      {error && <InlineAlert tone="bad">{errorLine(error)}</InlineAlert>}
      {imageId !== undefined && <DiscCode procedure="vm.insertDisc" input={input} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>Cancel</Button>
        <Button
          variant="primary"
          pending={isPending}
          disabledReason={discRefusal(vm) ?? (imageId === undefined ? 'Choose an ISO first' : null)}
          onClick={() => mutate()}
        >
          Insert
        </Button>
      </div>
    </div>
  )
}

export function ForceSwitch({ isForced, onForced }: { isForced: boolean; onForced: (isForced: boolean) => void }) {
  return (
    <Switch
      label="Even if the guest has locked the tray"
      hint="What reads from the disc in the guest fails then. Without it, the guest is asked first."
      checked={isForced}
      onCheckedChange={onForced}
    />
  )
}

function NoDiscs() {
  return (
    <EmptyState
      icon={<Disc3 aria-hidden />}
      title="No ISO images yet"
      action={
        <Button asChild variant="primary">
          <Link href={paths.images()}>Go to images</Link>
        </Button>
      }
    >
      An ISO is imported like any image; Berth recognises it by itself.
    </EmptyState>
  )
}
