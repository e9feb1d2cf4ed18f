'use client'
import { Skeleton } from '@berth/ui/skeleton'
import dynamic from 'next/dynamic'
import { WithMachine } from './with-machine.tsx'

const ConsoleView = dynamic(() => import('../console/console-view.tsx').then((module) => module.ConsoleView), {
  ssr: false,
  loading: () => <Skeleton className="flex-1 rounded-lg" />,
})

/** The console takes what the window has below the header; the page itself never scrolls because of it. */
export function MachineConsole({ vmId }: { vmId: string }) {
  return (
    <div className="flex h-[calc(100dvh-var(--shell-top)-13rem)] min-h-80 flex-col max-md:-mx-4 max-md:h-[calc(100dvh-23rem)]">
      <WithMachine vmId={vmId}>{(vm) => <ConsoleView vm={vm} />}</WithMachine>
    </div>
  )
}
