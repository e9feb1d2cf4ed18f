'use client'
import { Button } from '@berth/ui/button'
import { late, useLate } from '@berth/ui/late'
import { useWishes } from '@berth/ui/use-wishes'
import type { VmView } from '@berth/core/vm/vm-view'
import { MoveRight } from 'lucide-react'
import { useState } from 'react'
import { VerbButton } from '../machine-actions/vm-verb.tsx'
import { useMigrateMachine } from './migrate-machine.tsx'
import { useMayMigrate } from './use-may-migrate.ts'

const dialog = late(() => import('../maintenance/move-ticked-dialog.tsx'))

/** In the bar of ticked machines: one is asked where to, several get one plan. */
export function MigrateTicked({ vms }: { vms: readonly VmView[] }) {
  const mayMigrate = useMayMigrate()
  const [vm] = vms
  if (!mayMigrate || vm === undefined) return null
  return vms.length === 1 ? <MigrateOne key={vm.vmId} vm={vm} /> : <MigrateMany vms={vms} />
}

function MigrateOne({ vm }: { vm: VmView }) {
  return <VerbButton handle={useMigrateMachine(vm)} size="sm" variant="ghost" />
}

function MigrateMany({ vms }: { vms: readonly VmView[] }) {
  // What is asked about stays as it was when it was asked, though the machines change meanwhile.
  const [asked, setAsked] = useState<readonly VmView[] | null>(null)
  const loaded = useLate(dialog, useWishes(asked !== null))
  return (
    <>
      <Button size="sm" variant="ghost" onClick={() => setAsked(vms)}>
        <MoveRight aria-hidden />
        Migrate…
      </Button>
      {asked !== null && loaded && <loaded.MoveTickedDialog vms={asked} onClose={() => setAsked(null)} />}
    </>
  )
}
