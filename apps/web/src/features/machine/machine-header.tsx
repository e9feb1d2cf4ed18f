'use client'
import { vmCan } from '@berth/core/vm/vm-can'
import { situationOf } from '@berth/core/vm/vm-situation'
import type { VmView } from '@berth/core/vm/vm-view'
import { Button } from '@berth/ui/button'
import { IconButton } from '@berth/ui/icon-button'
import { PageHeader } from '@berth/ui/page-header'
import { RelativeTime } from '@berth/ui/relative-time'
import { TabLinks } from '@berth/ui/tab-links'
import { EllipsisVertical, Monitor } from 'lucide-react'
import Link from 'next/link'
import { usePathname, useRouter } from 'next/navigation'
import { machineTabs, type MachineTab, paths } from '../../lib/paths.ts'
import { MachineMenu } from '../machine-actions/machine-menu.tsx'
import { MainPowerButton } from '../machine-actions/main-power-button.tsx'
import { MigrateOnPage } from '../migration/migrate-on-page.tsx'
import { AddressCell, MachineBadges } from '../machines/machine-cells.tsx'
import { MachineState } from '../machines/machine-state.tsx'

const tabNames: Readonly<Record<MachineTab, string>> = {
  overview: 'Overview',
  console: 'Console',
  hardware: 'Hardware',
  metrics: 'Metrics',
  activity: 'Activity',
  expert: 'Expert',
}

export interface MachineHeaderProps {
  vm: VmView
  isAdmin: boolean
  /** Its deletion was asked for here, and accepted. */
  onDeleted: () => void
}

/** Stays at the top of every page of the machine. */
export function MachineHeader({ vm, isAdmin, onDeleted }: MachineHeaderProps) {
  const router = useRouter()
  const current = useCurrentTab(vm.vmId)
  const openConsole = vmCan.openConsole(situationOf(vm))
  const tabs = machineTabs
    .filter((tab) => tab !== 'expert' || isAdmin)
    .map((tab) => ({ value: tab, label: tabNames[tab], href: paths.machine(vm.vmId, tab) }))
  return (
    <PageHeader
      sticky
      className="top-(--shell-top) -mx-4 px-4 md:-mx-6 md:px-6"
      title={vm.name}
      crumbs={[{ label: 'Machines', href: paths.machines() }]}
      linkAs={Link}
      status={
        <span className="flex flex-wrap items-center gap-2 text-sm">
          <MachineState vm={vm} detailed className="flex items-center gap-2" />
          <MachineBadges vm={vm} />
        </span>
      }
      meta={<HeaderFacts vm={vm} />}
      actions={
        <>
          {current !== 'console' && (
            <Button
              disabledReason={openConsole.isAllowed ? null : openConsole.reason}
              onClick={() => router.push(paths.machine(vm.vmId, 'console'))}
            >
              <Monitor aria-hidden />
              Console
            </Button>
          )}
          {isAdmin && <MigrateOnPage vm={vm} />}
          <MainPowerButton vm={vm} />
          <MachineMenu
            vm={vm}
            hideConsole
            onDeleted={onDeleted}
            trigger={
              <IconButton label={`Actions on ${vm.name}`} variant="secondary">
                <EllipsisVertical />
              </IconButton>
            }
          />
        </>
      }
      tabs={<TabLinks label={`Pages of ${vm.name}`} items={tabs} current={current} linkAs={Link} />}
    />
  )
}

function HeaderFacts({ vm }: { vm: VmView }) {
  return (
    <>
      {vm.host && (
        <span>
          <span className="text-ink-3">on </span>
          <Link href={paths.host(vm.host.hostId)} className="hover:underline">
            {vm.host.name}
          </Link>
        </span>
      )}
      {vm.addresses.length > 0 && (
        // The copy button shows on hover only; the gap to what follows is not to look as if something were missing.
        <span className="pointer-fine:-mr-4">
          <AddressCell vm={vm} />
        </span>
      )}
      {vm.run && vm.state !== 'unknown' && (
        <span>
          <span className="text-ink-3">up </span>
          <RelativeTime at={vm.run.startedAt} show="elapsed" />
        </span>
      )}
    </>
  )
}

function useCurrentTab(vmId: string): MachineTab {
  const pathname = usePathname()
  return machineTabs.find((tab) => paths.machine(vmId, tab) === pathname) ?? 'overview'
}
