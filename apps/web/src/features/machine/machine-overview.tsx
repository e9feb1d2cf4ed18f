'use client'
import { isOperationEnded } from '@berth/core/operation/operation-ended'
import type { VmView } from '@berth/core/vm/vm-view'
import { Button } from '@berth/ui/button'
import { Card } from '@berth/ui/card'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { GuestCard } from './guest-card.tsx'
import { IdentityCard } from './identity-card.tsx'
import { isBadExit, LastExitCard } from './last-exit-card.tsx'
import { LiveFigures } from './live-figures.tsx'
import { MachineTasks } from './machine-tasks.tsx'
import { PowerNotices } from './power-notices.tsx'
import { RestartNotice } from './restart-notice.tsx'
import { ScreenCard } from './screen-card.tsx'
import { TaskCard } from './task-card.tsx'
import { useFollowedTask } from './use-followed-task.ts'
import { WithMachine } from './with-machine.tsx'

export function MachineOverview({ vmId }: { vmId: string }) {
  return <WithMachine vmId={vmId}>{(vm) => <Overview vm={vm} />}</WithMachine>
}

function Overview({ vm }: { vm: VmView }) {
  const followed = useFollowedTask(vm)
  // What began while this page is open must not push away what somebody reads or is about to click.
  const isNews = followed !== null && (followed.task.kind === 'vm.migrate' || isOperationEnded(followed.task.status))
  const card = followed && <TaskCard {...followed} />
  // How the last run ended is the news only while nothing runs, and on top only where it went wrong.
  const showsExit = vm.run === null && vm.lastExit !== null && isBadExit(vm.lastExit)
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="flex min-w-0 flex-col gap-4 empty:hidden lg:col-span-2">
        {isNews && card}
        <PowerNotices vm={vm} />
        {vm.isRestartPending && <RestartNotice vm={vm} />}
        {showsExit && vm.lastExit && <LastExitCard exit={vm.lastExit} />}
      </div>
      <LiveFigures vm={vm} className={vm.spec.hasScreen ? 'lg:h-full' : 'lg:col-span-2'} />
      {vm.spec.hasScreen && <ScreenCard vm={vm} />}
      <div className="grid min-w-0 items-start gap-4 xl:grid-cols-2">
        <IdentityCard vm={vm} />
        <GuestCard vm={vm} />
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        {!showsExit && vm.lastExit && vm.run === null && <LastExitCard exit={vm.lastExit} />}
        <Card
          title="Newest tasks"
          flush
          actions={
            <Button asChild size="sm" variant="link">
              <Link href={paths.machine(vm.vmId, 'activity')}>All activity</Link>
            </Button>
          }
        >
          <MachineTasks vmId={vm.vmId} compact />
        </Card>
        {!isNews && card}
      </div>
    </div>
  )
}
