'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { Card } from '@berth/ui/card'
import { Copyable } from '@berth/ui/copyable'
import { KeyValueList, type KeyValueItem } from '@berth/ui/key-value'
import { StateDot } from '@berth/ui/state-dot'
import { none } from '../../lib/format.ts'

/** What the guest says of itself, and what runs it. */
export function GuestCard({ vm }: { vm: VmView }) {
  const { guest, run } = vm
  const items: KeyValueItem[] = [
    { key: 'Guest agent', value: <AgentState vm={vm} /> },
    { key: 'System', value: guest?.osName ?? none },
    { key: 'Kernel', value: guest?.kernel ?? none },
    { key: 'Host name', value: guest?.hostname ?? none },
    { key: 'Addresses', value: <Addresses vm={vm} /> },
  ]
  if (run) {
    items.push(
      { key: 'QEMU', value: `${run.qemuVersion}, process ${run.pid}` },
      {
        key: 'Acceleration',
        value: run.acceleration === 'kvm' ? 'KVM' : 'None: software emulation',
        ...(run.acceleration === 'tcg' ? { note: 'The host has no working KVM, so the machine is slow.' } : {}),
      },
    )
  }
  return (
    <Card title="Guest">
      <KeyValueList items={items} />
    </Card>
  )
}

function AgentState({ vm }: { vm: VmView }) {
  if (vm.run === null) return <span className="text-ink-3">{none}</span>
  // What was last heard is no more than that, once its host is silent.
  if (vm.state === 'unknown') return <StateDot kind="unknown" label="Not known now" />
  if (vm.guest?.isAgentConnected) return <StateDot kind="on" label="Connected" />
  return <StateDot kind="off" label="Not connected" />
}

function Addresses({ vm }: { vm: VmView }) {
  if (vm.addresses.length === 0) return <>{none}</>
  return (
    <ul>
      {vm.addresses.map((address) => (
        <li key={`${address.mac} ${address.ip}`} className="flex flex-wrap items-center gap-x-2">
          <Copyable text={address.ip} />
          <span className="text-ink-3 text-xs">{address.source === 'lease' ? 'by DHCP' : 'says the guest'}</span>
        </li>
      ))}
    </ul>
  )
}
