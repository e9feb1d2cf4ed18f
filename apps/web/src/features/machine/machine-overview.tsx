'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { GuestCard } from './guest-card.tsx'
import { IdentityCard } from './identity-card.tsx'
import { LastExitCard } from './last-exit-card.tsx'
import { LiveFigures } from './live-figures.tsx'
import { RestartNotice } from './restart-notice.tsx'
import { ScreenCard } from './screen-card.tsx'
import { TaskCard } from './task-card.tsx'
import { WithMachine } from './with-machine.tsx'

export function MachineOverview({ vmId }: { vmId: string }) {
  return <WithMachine vmId={vmId}>{(vm) => <Overview vm={vm} />}</WithMachine>
}

function Overview({ vm }: { vm: VmView }) {
  const showsExit = vm.lastExit !== null && (vm.state === 'crashed' || vm.lastExit.reason === 'start-failed')
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="flex min-w-0 flex-col gap-4">
        <TaskCard vm={vm} />
        {vm.isRestartPending && <RestartNotice vm={vm} />}
        {showsExit && vm.lastExit && vm.run === null && <LastExitCard exit={vm.lastExit} />}
        <LiveFigures vm={vm} />
        {!showsExit && vm.lastExit && vm.run === null && <LastExitCard exit={vm.lastExit} />}
      </div>
      <div className="flex min-w-0 flex-col gap-4 max-lg:order-first">
        {vm.spec.hasScreen && <ScreenCard vm={vm} />}
        <IdentityCard vm={vm} />
        <GuestCard vm={vm} />
      </div>
    </div>
  )
}
