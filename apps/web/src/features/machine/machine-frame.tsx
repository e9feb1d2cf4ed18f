'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { Button } from '@berth/ui/button'
import { EmptyState } from '@berth/ui/empty-state'
import { ErrorState } from '@berth/ui/error-state'
import { toast } from '@berth/ui/toast'
import { CircleOff } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { type ReactNode, useState } from 'react'
import { useOnScreen } from '../../lib/events/events-provider.tsx'
import { errorText } from '../../lib/error-text.ts'
import { paths } from '../../lib/paths.ts'
import { MachineHeader } from './machine-header.tsx'
import { useMachine } from './use-machine.ts'

export interface MachineFrameProps {
  vmId: string
  isAdmin: boolean
  children: ReactNode
}

/** Header and tabs of a machine, around each of its pages. */
export function MachineFrame({ vmId, isAdmin, children }: MachineFrameProps) {
  const { vm, isGone, error, refetch } = useMachine(vmId)
  const [isLeaving, setIsLeaving] = useState(false)
  const router = useRouter()
  useOnScreen(vmId)
  // Whoever deletes it here is told by a toast, on the list: the page stays as it was until that is there.
  if (isGone && !(isLeaving && vm)) return <GoneMachine vm={vm} />
  if (!vm) {
    return error === null ? null : (
      <ErrorState title="The machine could not be read" code={errorText(error).code} onRetry={refetch}>
        {errorText(error).sentence} {errorText(error).remedy}
      </ErrorState>
    )
  }
  const leave = () => {
    setIsLeaving(true)
    toast.notice(`${vm.name} is being deleted`)
    router.push(paths.machines())
  }
  return (
    <div className="flex min-h-[calc(100dvh-var(--shell-top)-3.5rem)] flex-col">
      <MachineHeader vm={vm} isAdmin={isAdmin} onDeleted={leave} />
      <div className="flex min-h-0 flex-1 flex-col pt-5">{children}</div>
    </div>
  )
}

function GoneMachine({ vm }: { vm: VmView | undefined }) {
  return (
    <div className="grid min-h-[60dvh] place-items-center">
      <EmptyState
        icon={<CircleOff aria-hidden />}
        title={vm ? `${vm.name} was deleted` : 'There is no such machine'}
        action={
          <>
            <Button asChild variant="primary">
              <Link href={paths.machines()}>Go to the machines</Link>
            </Button>
            <Button asChild>
              <Link href={paths.tasks()}>See the tasks</Link>
            </Button>
          </>
        }
      >
        Its disks and everything on them are gone. The tasks say who deleted it and when.
      </EmptyState>
    </div>
  )
}
