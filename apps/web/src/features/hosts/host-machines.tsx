'use client'
import { Badge } from '@berth/ui/badge'
import { Card } from '@berth/ui/card'
import { InlineAlert } from '@berth/ui/inline-alert'
import { LoadMore } from '@berth/ui/load-more'
import { Skeleton } from '@berth/ui/skeleton'
import { formatBytes } from '@berth/core/units/bytes'
import type { HostView } from '@berth/core/host/host'
import type { VmView } from '@berth/core/vm/vm-view'
import { useInfiniteQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { formatPercent, plural } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { MachineState } from '../machines/machine-state.tsx'
import { machinesText } from './host-words.ts'

/** The machines that live on a host, with what each may use and uses. */
export function HostMachines({ host }: { host: HostView }) {
  const trpc = useTRPC()
  const input = { limit: 20, filter: { hostId: host.hostId } }
  const query = useInfiniteQuery(
    trpc.vm.list.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor }),
  )
  const vms = query.data?.pages.flatMap((page) => page.items)
  const installed = host.facts?.qemuVersion
  const isBehind = (vm: VmView) => vm.run !== null && installed !== undefined && vm.run.qemuVersion !== installed
  const behind = vms?.filter(isBehind) ?? []
  return (
    <Card title="Machines" description={machinesText(host)} flush>
      {vms === undefined && <Skeleton className="m-4 h-16" />}
      {behind.length > 0 && (
        <InlineAlert tone="info" banner>
          {plural(behind.length, 'machine')} {behind.length === 1 ? 'runs' : 'run'} an older QEMU than the {installed}{' '}
          that is installed: {behind.map((vm) => vm.name).join(', ')}. {behind.length === 1 ? 'It takes' : 'They take'}{' '}
          the new one with the next start, or with a move.
        </InlineAlert>
      )}
      {vms?.length === 0 && <p className="text-ink-3 px-4 py-5 text-sm">No machine lives here yet.</p>}
      <ul className="divide-line-soft divide-y">
        {vms?.map((vm) => (
          <li key={vm.vmId}>
            <Link
              href={paths.machine(vm.vmId)}
              className="hover:bg-hover grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 px-4 py-2.5 text-sm focus-visible:-outline-offset-2 sm:grid-cols-[minmax(0,1fr)_7rem_9rem_4rem]"
            >
              <span className="flex min-w-0 items-center gap-2">
                <span className="truncate font-medium">{vm.name}</span>
                {isBehind(vm) && <Badge>QEMU {vm.run?.qemuVersion}</Badge>}
              </span>
              <MachineState vm={vm} />
              <span className="text-ink-2 text-xs max-sm:hidden">
                {plural(vm.spec.vcpus, 'vCPU')}, {formatBytes(vm.spec.memoryBytes)}
              </span>
              <span className="text-ink-2 text-right text-xs max-sm:hidden">
                {vm.sample?.values.cpuShare === undefined ? '' : formatPercent(vm.sample.values.cpuShare)}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <LoadMore
          shown={vms?.length ?? 0}
          total={host.committed.vmCount}
          hasMore
          loading={query.isFetchingNextPage}
          onLoadMore={() => void query.fetchNextPage()}
        />
      )}
    </Card>
  )
}
