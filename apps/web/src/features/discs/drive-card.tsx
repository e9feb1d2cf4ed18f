'use client'
import { Button } from '@berth/ui/button'
import { Card } from '@berth/ui/card'
import type { VmView } from '@berth/core/vm/vm-view'
import { useQuery } from '@tanstack/react-query'
import { Disc3 } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { paths } from '../../lib/paths.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { discRefusal } from './disc-words.ts'
import { EjectDisc } from './eject-disc.tsx'
import { InsertDisc } from './insert-disc.tsx'

/** What is in the machine's drive. Unlike the rest of its hardware it changes at once, also while the machine runs. */
export function DriveCard({ vm }: { vm: VmView }) {
  const trpc = useTRPC()
  const [isInserting, setInserting] = useState(false)
  const imageId = vm.spec.cdrom?.imageId ?? null
  const { data: image } = useQuery(
    trpc.image.get.queryOptions({ imageId: imageId ?? '' }, { enabled: imageId !== null }),
  )
  const discName = image?.name ?? null
  return (
    <Card
      title="CD drive"
      description="SATA, read-only. Boots when no disk does. Changed at once, also while it runs"
      actions={
        <>
          {imageId !== null && <EjectDisc vm={vm} discName={discName} />}
          <Button size="sm" onClick={() => setInserting(true)} disabledReason={discRefusal(vm)}>
            {imageId === null ? 'Insert ISO…' : 'Change ISO…'}
          </Button>
        </>
      }
    >
      <p className="flex items-center gap-2.5 text-sm">
        <Disc3 aria-hidden className={imageId === null ? 'text-ink-3 size-4' : 'text-accent-ink size-4'} />
        {imageId === null ? (
          <span className="text-ink-3">
            {vm.spec.cdrom === null ? 'No drive yet; it comes with the first ISO' : 'Empty'}
          </span>
        ) : (
          <Link href={paths.image(imageId)} className="truncate font-medium hover:underline">
            {discName ?? imageId}
          </Link>
        )}
      </p>
      <InsertDisc vm={vm} open={isInserting} onOpenChange={setInserting} />
    </Card>
  )
}
