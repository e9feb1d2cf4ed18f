'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { Card } from '@berth/ui/card'
import { Copyable } from '@berth/ui/copyable'
import { KeyValueList } from '@berth/ui/key-value'

const networkNames = {
  user: 'User mode: out through the host, not reachable from outside',
  nat: 'NAT network',
  bridge: "A bridge of the host's own",
} as const

/** What was chosen when the machine was made and does not change in its life, with the reason. */
export function DevicesCard({ vm }: { vm: VmView }) {
  const { spec } = vm
  return (
    <Card title="Devices" description="Fixed when the machine was made">
      <KeyValueList
        items={[
          {
            key: 'Machine type',
            value: <code className="font-mono text-xs">{spec.machineType}</code>,
            note: 'Fixed, so that the guest finds the same hardware after an update of QEMU',
          },
          ...spec.nics.map((nic, index) => ({
            key: `NIC ${index + 1}`,
            value: <Copyable text={nic.mac} />,
            note: `${describeNetwork(nic.network)}. Its address is fixed: guests know their NICs by it`,
          })),
        ]}
      />
    </Card>
  )
}

type Spec = VmView['spec']

function describeNetwork(network: Spec['nics'][number]['network']): string {
  switch (network.kind) {
    case 'nat':
      return `${networkNames.nat}, gateway ${network.gatewayCidr}`
    case 'bridge':
      return `${networkNames.bridge}, ${network.bridge}`
    case 'user':
      return networkNames.user
  }
}
