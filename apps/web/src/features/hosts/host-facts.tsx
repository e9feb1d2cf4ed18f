import { Badge } from '@berth/ui/badge'
import { Card } from '@berth/ui/card'
import { Copyable } from '@berth/ui/copyable'
import { CopyButton } from '@berth/ui/copy-button'
import { KeyValueList } from '@berth/ui/key-value'
import { RelativeTime } from '@berth/ui/relative-time'
import { StateDot } from '@berth/ui/state-dot'
import type { HostView } from '@berth/core/host/host'
import { none } from '../../lib/format.ts'
import { clockText, factsText } from './host-words.ts'

export function HostFactsCard({ host }: { host: HostView }) {
  const { facts } = host
  const clock = clockText(host.clockSkewMs)
  const items = [
    { key: 'Address', value: <Copyable text={host.address} /> },
    { key: 'Clock', value: clock.isOff ? <span className="text-warn-ink">{clock.text}</span> : clock.text },
    { key: 'Agent', value: host.agentVersion ?? none },
    ...(facts === null
      ? []
      : [
          { key: 'System', value: facts.osName, note: `kernel ${facts.kernel}, ${facts.architecture}` },
          { key: 'Processor', value: `${facts.cpuCount} × ${facts.cpuModel}` },
          { key: 'QEMU', value: facts.qemuVersion, note: facts.qemuPath },
          { key: 'Machine type', value: facts.defaultMachineType, note: 'of new machines' },
          { key: 'Firmware', value: facts.firmwares.map((name) => name.toUpperCase()).join(', ') },
          { key: 'Networks', value: facts.networkKinds.join(', ') },
          { key: 'Rights', value: facts.isRoot ? 'agent runs as root' : 'agent runs without root' },
          { key: 'Up since', value: <RelativeTime at={facts.bootedAt} /> },
        ]),
    { key: 'Id', value: <Copyable text={host.hostId} label="Copy host id" /> },
  ]
  return (
    <Card
      title="Facts"
      actions={
        <span className="text-ink-3 inline-flex items-center gap-1 text-xs">
          Copy all <CopyButton text={factsText(host)} label="Copy all facts" />
        </span>
      }
    >
      <KeyValueList items={items} />
    </Card>
  )
}

type Nics = NonNullable<HostView['facts']>['nics']

/** NICs that carry something first; what the kernel makes by itself and nobody uses is left for the end. */
export function HostNics({ nics, isStale }: { nics: Nics; isStale: boolean }) {
  const sorted = nics.toSorted((a, b) => Number(b.isUp) - Number(a.isUp) || b.addresses.length - a.addresses.length)
  return (
    <Card title="Network interfaces" flush>
      <ul className="divide-line-soft divide-y">
        {sorted.map((nic) => (
          <li key={nic.name} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 text-sm">
            <StateDot
              kind={isStale ? 'unknown' : nic.isUp ? 'on' : 'off'}
              label={`${isStale ? 'was ' : ''}${nic.isUp ? 'up' : 'down'}`}
              hideLabel
            />
            <span className="font-mono text-xs font-medium">{nic.name}</span>
            {nic.isBridge && <Badge>bridge</Badge>}
            {nic.speedMbps !== null && <span className="text-ink-3 text-xs">{nic.speedMbps} Mbit/s</span>}
            <span className="ml-auto">
              <Copyable text={nic.mac} className="text-ink-3" />
            </span>
            {nic.addresses.length > 0 && (
              <span className="flex w-full flex-wrap gap-x-3 pl-6">
                {nic.addresses.map((address) => (
                  <Copyable key={address} text={address} />
                ))}
              </span>
            )}
          </li>
        ))}
      </ul>
    </Card>
  )
}
