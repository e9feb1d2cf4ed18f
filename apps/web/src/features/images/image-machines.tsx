'use client'
import { Skeleton } from '@berth/ui/skeleton'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { MachineState } from '../machines/machine-state.tsx'

const shownCount = 8

/** The machines that were made from an image: why it cannot be deleted. A user sees his own of them. */
export function ImageMachines({ imageId, count }: { imageId: string; count: number }) {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.vm.list.queryOptions({ limit: shownCount, filter: { imageId } }))
  const hidden = count - (data?.items.length ?? 0)
  return (
    <section>
      <h3 className="mb-1.5 text-sm font-semibold">Machines made from it</h3>
      {data === undefined && <Skeleton className="h-16" />}
      {data !== undefined && (
        <ul className="border-line divide-line-soft divide-y rounded-md border">
          {data.items.map((vm) => (
            <li key={vm.vmId}>
              <Link
                href={paths.machine(vm.vmId)}
                className="hover:bg-hover flex items-center justify-between gap-3 px-3 py-2 text-sm"
              >
                <span className="truncate font-medium">{vm.name}</span>
                <MachineState vm={vm} className="text-ink-2 text-xs" />
              </Link>
            </li>
          ))}
          {hidden > 0 && <li className="text-ink-3 px-3 py-2 text-xs">and {hidden} more</li>}
        </ul>
      )}
    </section>
  )
}
