'use client'
import { ageText } from '@berth/ui/age-text'
import { Badge, type Tone } from '@berth/ui/badge'
import { Copyable } from '@berth/ui/copyable'
import { Meter } from '@berth/ui/meter'
import { RelativeTime } from '@berth/ui/relative-time'
import { Tooltip } from '@berth/ui/tooltip'
import { powerDriftOf } from '@berth/core/vm/power-drift'
import type { VmView } from '@berth/core/vm/vm-view'
import { Gauge, Lock, PowerOff, RotateCcw } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { formatUsed, none } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import type { ColumnId } from './machine-columns.ts'
import { MachineState } from './machine-state.tsx'
import { CpuCell, NetworkCell } from './sparkline-cells.tsx'

/** What a column shows of a machine. */
export function machineCell(id: ColumnId, vm: VmView): ReactNode {
  switch (id) {
    case 'state':
      return <MachineState vm={vm} detailed />
    case 'name':
      return <NameCell vm={vm} />
    case 'host':
      return <HostCell vm={vm} />
    case 'address':
      return <AddressCell vm={vm} />
    case 'cpu':
      return <CpuCell vm={vm} />
    case 'memory':
      return <MemoryCell vm={vm} />
    case 'disk':
      return <DiskCell vm={vm} />
    case 'network':
      return <NetworkCell vm={vm} />
    case 'uptime':
      return <UptimeCell vm={vm} />
    case 'badges':
      return <MachineBadges vm={vm} />
    case 'image':
      return <span className="block truncate">{vm.image?.name ?? none}</span>
    case 'owner':
      return <span className="block truncate">{vm.owner.name}</span>
    case 'created':
      return <RelativeTime at={vm.createdAt} />
  }
}

const None = () => <span className="text-ink-3">{none}</span>

function NameCell({ vm }: { vm: VmView }) {
  return (
    <span className="block min-w-0">
      <Link href={paths.machine(vm.vmId)} className="text-ink block truncate font-medium hover:underline">
        {vm.name}
      </Link>
      {vm.tags.length > 0 && (
        <span className="text-ink-3 block truncate text-xs" title={vm.tags.join(', ')}>
          {vm.tags.join(' · ')}
        </span>
      )}
    </span>
  )
}

function HostCell({ vm }: { vm: VmView }) {
  if (vm.host === null) return <None />
  return (
    <Link href={paths.host(vm.host.hostId)} className="block truncate hover:underline">
      {vm.host.name}
    </Link>
  )
}

export function AddressCell({ vm }: { vm: VmView }) {
  const [first, ...others] = vm.addresses
  if (first === undefined) return <None />
  return (
    <span className="flex min-w-0 items-center gap-1">
      <Copyable text={first.ip} />
      {others.length > 0 && (
        <Tooltip content={others.map((address) => address.ip).join(', ')}>
          <span tabIndex={0} className="text-ink-3 text-xs">
            +{others.length}
          </span>
        </Tooltip>
      )}
    </span>
  )
}

/** Of a host that does not answer: how long it had been on when it was heard last. It may be off by now. */
function UptimeCell({ vm: { run, state, seenAt } }: { vm: VmView }) {
  if (run === null) return <None />
  if (state !== 'unknown') return <RelativeTime at={run.startedAt} show="elapsed" />
  if (seenAt === null) return <None />
  return (
    <Tooltip content={`When it was heard last, ${seenAt.slice(0, 19).replace('T', ' ')} UTC`}>
      <span tabIndex={0} className="text-ink-3 whitespace-nowrap">
        {ageText(Math.max(0, Date.parse(seenAt) - Date.parse(run.startedAt)), 'elapsed')}
      </span>
    </Tooltip>
  )
}

/** What the guest says it uses. What the host gives is no measure of it: that holds QEMU too, and all that was ever touched. */
export function MemoryCell({ vm }: { vm: VmView }) {
  const used = vm.run === null || vm.state === 'unknown' ? undefined : vm.sample?.values.memoryGuestUsedBytes
  const { memoryBytes } = vm.run?.startedWith ?? vm.spec
  return <UsageMeter label={`Memory of ${vm.name}`} used={used ?? null} total={memoryBytes} />
}

export function DiskCell({ vm }: { vm: VmView }) {
  const total = vm.spec.disks.reduce((sum, disk) => sum + disk.sizeBytes, 0)
  return <UsageMeter label={`Disk of ${vm.name}`} used={vm.diskAllocatedBytes} total={total} />
}

/** A machine's memory is meant to be used: it turns amber late. */
function UsageMeter({ label, used, total }: { label: string; used: number | null; total: number }) {
  const text = used === null ? formatUsed(0, total).replace(/^0/, none) : almost(used, formatUsed(used, total))
  return <Meter compact label={label} used={used ?? 0} total={total} text={text} warnAt={0.9} badAt={0.98} />
}

/** A little is not nothing. */
const almost = (used: number, text: string): string => (used > 0 ? text.replace(/^0 of/, '<0.1 of') : text)

interface Note {
  text: string
  icon: ReactNode
  tone: Tone
}

/** What is worth knowing beside the state, as marks that say more when pointed at. */
export function MachineBadges({ vm }: { vm: VmView }) {
  const notes: Note[] = []
  if (vm.isProtected) notes.push({ text: 'Protected against deletion', icon: <Lock aria-hidden />, tone: 'neutral' })
  if (vm.isRestartPending) {
    notes.push({ text: 'Changes wait for its next start', icon: <RotateCcw aria-hidden />, tone: 'accent' })
  }
  const drift = powerDriftOf(vm)
  if (drift !== null) {
    const text = drift === 'should-run' ? 'Wanted on, and it is off' : 'Wanted off, and it is on'
    notes.push({ text, icon: <PowerOff aria-hidden />, tone: 'warn' })
  }
  if (vm.run?.acceleration === 'tcg') {
    const text = 'Software emulation: its host has no working KVM, so it is slow'
    notes.push({ text, icon: <Gauge aria-hidden />, tone: 'warn' })
  }
  return (
    <span className="flex gap-1">
      {notes.map(({ text, icon, tone }) => (
        <Tooltip key={text} content={text}>
          <Badge tone={tone} tabIndex={0} icon={icon}>
            <span className="sr-only">{text}</span>
          </Badge>
        </Tooltip>
      ))}
    </span>
  )
}
