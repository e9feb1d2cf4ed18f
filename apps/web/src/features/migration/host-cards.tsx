'use client'
import { Badge } from '@berth/ui/badge'
import { Meter } from '@berth/ui/meter'
import { RadioCards } from '@berth/ui/radio-cards'
import type { FitnessReason, HostFitness } from '@berth/core/migration/move-fitness'
import { Ban, Check, MapPin, Server, TriangleAlert } from 'lucide-react'
import { memoryAfterText, type SortedTargets, tellingReasons } from './target-order.ts'

export interface HostCardsProps {
  targets: SortedTargets
  chosenId: string
  bestHostId: string | null
  onChoose: (hostId: string) => void
}

/** Every host as a card: those that can be chosen, the best first; then those that cannot, and where the machine is. */
export function HostCards({ targets, chosenId, bestHostId, onChoose }: HostCardsProps) {
  const { able, unable, current } = targets
  return (
    <div className="flex min-w-0 flex-col gap-2.5">
      <RadioCards
        label="Move to"
        value={chosenId}
        onValueChange={onChoose}
        className="sm:grid-cols-1 lg:grid-cols-1"
        options={able.map((host) => ({
          value: host.hostId,
          title: <CardTitle host={host} isBest={host.hostId === bestHostId} />,
          icon: <Server aria-hidden />,
          extra: <CardBody host={host} />,
        }))}
      />
      {unable.length > 0 && <UnableHosts hosts={unable} />}
      {current && (
        <p className="border-line text-ink-3 flex items-center gap-2 rounded-lg border border-dashed px-3 py-2 text-sm">
          <MapPin aria-hidden className="size-4 shrink-0" />
          <span className="text-ink-2 font-medium">{current.name}</span> is where it is now
        </p>
      )}
    </div>
  )
}

/** Not offered, and each says why. */
export function UnableHosts({ hosts }: { hosts: readonly HostFitness[] }) {
  return (
    <ul aria-label="Hosts that cannot take it" className="flex flex-col gap-2.5">
      {hosts.map((host) => (
        <li key={host.hostId} className="border-line bg-sunken flex gap-3 rounded-lg border p-3">
          <span className="bg-pressed text-ink-3 grid size-8 shrink-0 place-items-center rounded-md">
            <Ban aria-hidden className="size-4.5" />
          </span>
          <div className="min-w-0 flex-1">
            <p className="text-ink-2 text-sm font-medium">
              {host.name} <span className="text-ink-3 font-normal">cannot take it</span>
            </p>
            <Reasons reasons={tellingReasons(host)} />
          </div>
        </li>
      ))}
    </ul>
  )
}

function CardTitle({ host, isBest }: { host: HostFitness; isBest: boolean }) {
  return (
    <span className="flex flex-wrap items-center gap-2">
      <span className="truncate">{host.name}</span>
      {isBest && <Badge tone="accent">Best</Badge>}
      {host.verdict === 'warning' && <Badge tone="warn">With a warning</Badge>}
    </span>
  )
}

function CardBody({ host }: { host: HostFitness }) {
  const used = host.memoryBytes - host.freeMemoryAfterBytes
  return (
    <span className="flex flex-col gap-2">
      <Reasons reasons={tellingReasons(host)} />
      <Meter
        compact
        label={`Memory of ${host.name} after the move`}
        used={used}
        total={host.memoryBytes}
        text={memoryAfterText(host)}
      />
    </span>
  )
}

const looks = {
  can: { Icon: Check, ink: 'text-ok-ink', word: '' },
  warning: { Icon: TriangleAlert, ink: 'text-warn-ink', word: 'Warning: ' },
  cannot: { Icon: Ban, ink: 'text-ink-3', word: '' },
} as const

/** Spans only, since they also stand in a button; spoken one by one all the same. */
function Reasons({ reasons }: { reasons: readonly FitnessReason[] }) {
  return (
    <span role="list" className="text-ink-2 mt-1 flex flex-col gap-1 text-xs">
      {reasons.map(({ rule, verdict, text }) => {
        const { Icon, ink, word } = looks[verdict]
        return (
          <span role="listitem" key={`${rule} ${text}`} className="flex gap-1.5">
            <Icon aria-hidden className={`mt-0.5 size-3.5 shrink-0 ${ink}`} />
            <span>
              {word !== '' && <span className="sr-only">{word}</span>}
              {text}
            </span>
          </span>
        )
      })}
    </span>
  )
}
