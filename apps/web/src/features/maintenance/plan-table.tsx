import { Badge } from '@berth/ui/badge'
import { Select } from '@berth/ui/select'
import { formatBytes } from '@berth/core/units/bytes'
import { drainChoiceSchema, type DrainChoice, type PlannedMachine } from '@berth/core/maintenance/drain'
import { ArrowRight, TriangleAlert } from 'lucide-react'
import Link from 'next/link'
import { formatDuration, plural } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { choiceOf, choicesFor, choiceWords, type Choices } from './plan-words.ts'

export interface PlanTableProps {
  machines: readonly PlannedMachine[]
  choices: Choices
  /** Absent where nothing can be chosen. */
  onChoose?: (vmId: string, choice: DrainChoice) => void
}

/** One row a machine: where it goes and why, or what is in its way; those that cannot move first, as they need an answer. */
export function PlanTable({ machines, choices, onChoose }: PlanTableProps) {
  const sorted = machines.toSorted((a, b) => Number(a.kind === 'moves') - Number(b.kind === 'moves'))
  return (
    <ul aria-label="Plan by machine" className="divide-line-soft divide-y">
      {sorted.map((machine) => (
        <li
          key={machine.vmId}
          className="grid items-start gap-x-6 gap-y-2 px-4 py-3 text-sm md:grid-cols-[minmax(7rem,10rem)_minmax(0,1fr)_11rem]"
        >
          <div className="min-w-0">
            <Link href={paths.machine(machine.vmId)} className="block truncate font-medium hover:underline">
              {machine.name}
            </Link>
            <p className="text-ink-3 text-xs">
              {machine.isOn ? 'running' : 'off'}, {plural(machine.vcpus, 'vCPU')}, {formatBytes(machine.memoryBytes)}
            </p>
          </div>
          {machine.kind === 'moves' ? <Moves machine={machine} /> : <Stuck machine={machine} />}
          {onChoose !== undefined && (
            <Select
              label={`What becomes of ${machine.name}`}
              hideLabel
              value={choiceOf(machine, choices)}
              onValueChange={(value) => onChoose(machine.vmId, drainChoiceSchema.parse(value))}
              options={choicesFor(machine).map((choice) => ({ value: choice, label: choiceWords[choice] }))}
            />
          )}
        </li>
      ))}
    </ul>
  )
}

function Moves({ machine }: { machine: Extract<PlannedMachine, { kind: 'moves' }> }) {
  const { order, target, reason, warnings, copyBytes, durationMs } = machine
  return (
    <div className="min-w-0">
      <p className="flex flex-wrap items-center gap-x-2">
        <Badge title="In this order">{order}</Badge>
        <ArrowRight aria-label="to" className="text-ink-3 size-4" />
        <span className="font-medium">{target.name}</span>
        {durationMs !== null && <span className="text-ink-3 text-xs">about {formatDuration(durationMs)}</span>}
      </p>
      <p className="text-ink-2 mt-0.5 text-xs">
        {copyBytes > 0 && `Its disks are copied: ${formatBytes(copyBytes)}. `}
        {reason}
      </p>
      {warnings.map((warning) => (
        <p key={warning} className="text-warn-ink mt-0.5 flex gap-1.5 text-xs">
          <TriangleAlert aria-hidden className="mt-px size-3.5 shrink-0" />
          {warning}
        </p>
      ))}
    </div>
  )
}

function Stuck({ machine }: { machine: Extract<PlannedMachine, { kind: 'stuck' }> }) {
  const { reason, refusals } = machine
  return (
    <div className="min-w-0">
      <p className="flex items-center gap-2">
        <Badge tone="warn" icon={<TriangleAlert aria-hidden />}>
          Cannot move
        </Badge>
      </p>
      <p className="text-ink-2 mt-1 text-xs [overflow-wrap:anywhere]">{reason}</p>
      {refusals.length > 1 && (
        <details className="mt-1 text-xs">
          <summary className="text-accent-ink cursor-pointer">Why not each host</summary>
          <ul className="text-ink-2 mt-1 flex flex-col gap-1">
            {refusals.map(({ hostId, name, reasons }) => (
              <li key={hostId}>
                <span className="text-ink font-medium">{name}</span>: {reasons.map(({ text }) => text).join(' ')}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}
