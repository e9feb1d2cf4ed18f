'use client'
import type { ConsoleKind } from '@berth/core/agent-contract/agent-contract'
import { Skeleton } from '@berth/ui/skeleton'
import dynamic from 'next/dynamic'
import { useEffect } from 'react'
import { WithMachine } from './with-machine.tsx'

const ConsoleView = dynamic(() => import('../console/console-view.tsx').then((module) => module.ConsoleView), {
  ssr: false,
  loading: () => <Skeleton className="flex-1" />,
})

/** A window that holds nothing but one console. */
export function ConsoleWindow({ vmId, kind }: { vmId: string; kind: ConsoleKind }) {
  return (
    <main className="bg-canvas flex h-dvh flex-col p-1">
      <WithMachine vmId={vmId}>
        {(vm) => (
          <>
            <WindowTitle name={vm.name} />
            <ConsoleView vm={vm} initialKind={kind} isOwnWindow />
          </>
        )}
      </WithMachine>
    </main>
  )
}

/** Renamed machines and restored windows: the title says which machine this is, whatever it was when it was opened. */
function WindowTitle({ name }: { name: string }) {
  useEffect(() => {
    document.title = `${name} · Console · Berth`
  }, [name])
  return <h1 className="sr-only">Console of {name}</h1>
}
