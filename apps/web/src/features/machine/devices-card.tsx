'use client'
import { formatBytes } from '@berth/core/units/bytes'
import type { VmView } from '@berth/core/vm/vm-view'
import { Card } from '@berth/ui/card'
import { Copyable } from '@berth/ui/copyable'
import { KeyValueList } from '@berth/ui/key-value'

const firmwareNames = { bios: 'BIOS (SeaBIOS)', uefi: 'UEFI (OVMF)' } as const
const networkNames = {
  user: 'User mode: out through the host, not reachable from outside',
  nat: 'NAT network',
} as const

/** What was chosen when the machine was made and does not change in its life. */
export function DevicesCard({ vm }: { vm: VmView }) {
  const { spec } = vm
  return (
    <Card title="Devices" description="Fixed when the machine was made">
      <KeyValueList
        items={[
          { key: 'Firmware', value: firmwareNames[spec.firmware] },
          { key: 'Machine type', value: <code className="font-mono text-xs">{spec.machineType}</code> },
          { key: 'Screen', value: spec.hasScreen ? 'Graphical' : 'None, serial console only' },
          ...spec.disks.map((disk, index) => ({
            key: `Disk ${index}`,
            value: `${formatBytes(disk.sizeBytes)}, ${disk.format}, in pool ${disk.pool}`,
            note: (
              <Copyable text={disk.volumeId} label="Copy the volume’s id">
                {disk.source.kind === 'blank' ? 'blank at first' : `${disk.source.mode} of the image`}
              </Copyable>
            ),
          })),
          ...spec.nics.map((nic, index) => ({
            key: `NIC ${index}`,
            value: <Copyable text={nic.mac} />,
            note:
              nic.network.kind === 'nat'
                ? `${networkNames.nat}, gateway ${nic.network.gatewayCidr}`
                : networkNames.user,
          })),
        ]}
      />
    </Card>
  )
}
