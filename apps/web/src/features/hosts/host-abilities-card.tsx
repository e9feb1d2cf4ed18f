import { Card } from '@berth/ui/card'
import { StateDot, type StateKind } from '@berth/ui/state-dot'
import type { HostView } from '@berth/core/host/host'
import { formatBytes } from '@berth/core/units/bytes'

interface Ability {
  readonly name: string
  /** Null: the host does not tell. */
  readonly has: boolean | null
  readonly text: string
}

function abilitiesOf({ facts }: HostView): Ability[] {
  if (facts === null) return []
  const { acceleration, abilities, hugePages } = facts
  const kept = hugePages?.filter(({ totalCount }) => totalCount > 0) ?? []
  const line = (name: string, has: boolean | null | undefined, texts: readonly [yes: string, no: string]): Ability => ({
    name,
    has: has ?? null,
    text: has === undefined || has === null ? 'The host does not tell.' : texts[has ? 0 : 1],
  })
  return [
    line('KVM', acceleration.kind === 'kvm', [
      'Machines run at full speed.',
      `Software emulation: ${acceleration.reason}.`,
    ]),
    line('IOMMU', abilities?.iommu, ['Devices can be given to machines.', 'Off, or the computer has none.']),
    line('SEV', abilities?.sev, ['Memory of machines can be encrypted.', 'The kernel does not offer it.']),
    line('Nested virtualisation', abilities?.nestedVirtualization, [
      'Machines can run machines.',
      'The kernel does not offer it.',
    ]),
    line('KSM', abilities?.ksm, ['Equal pages of machines are merged.', 'Off.']),
    line('Huge pages', hugePages === undefined ? null : kept.length > 0, [
      kept.map(({ pageBytes, totalCount }) => `${totalCount} of ${formatBytes(pageBytes)}`).join(', '),
      'None are kept.',
    ]),
  ]
}

const dotOf = (has: boolean | null): { kind: StateKind; label: string } =>
  has === null
    ? { kind: 'unknown', label: 'Not known' }
    : has
      ? { kind: 'on', label: 'Yes' }
      : { kind: 'off', label: 'No' }

/** What the processor and the kernel offer to machines. */
export function HostAbilitiesCard({ host }: { host: HostView }) {
  const isStale = host.state !== 'online'
  return (
    <Card title="Abilities" {...(isStale ? { description: 'As it said when it was last heard' } : {})}>
      <ul className="flex flex-col gap-2.5">
        {abilitiesOf(host).map(({ name, has, text }) => (
          <li key={name} className="flex items-start gap-2.5 text-sm">
            <StateDot
              {...(isStale ? { kind: 'unknown', label: 'Not known now' } : dotOf(has))}
              hideLabel
              className="mt-1"
            />
            <span className="min-w-0">
              <span className="block font-medium">{name}</span>
              <span className="text-ink-2 block text-xs">{text}</span>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
