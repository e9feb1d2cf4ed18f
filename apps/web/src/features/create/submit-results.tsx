'use client'
import { StateDot } from '@berth/ui/state-dot'
import Link from 'next/link'
import { errorText } from '../../lib/error-text.ts'
import { paths } from '../../lib/paths.ts'
import type { MadeMachine, RefusedMachine } from './use-submit-machine.ts'

export interface SubmitResultsProps {
  made: readonly MadeMachine[]
  refused: readonly RefusedMachine[]
}

/** Of several machines: which are being made, and why the others are not. */
export function SubmitResults({ made, refused }: SubmitResultsProps) {
  return (
    <ul aria-label="What became of each" className="border-line flex flex-col gap-2 border-t pt-3 text-xs">
      {made.map(({ name, vmId }) => (
        <li key={vmId} className="flex items-center justify-between gap-2">
          <StateDot kind="on" label="Accepted" className="text-ink-2" />
          <Link href={paths.machine(vmId)} className="text-accent-ink truncate hover:underline">
            {name}
          </Link>
        </li>
      ))}
      {refused.map(({ name, error }) => (
        <li key={name}>
          <span className="flex items-center justify-between gap-2">
            <StateDot kind="failed" label="Refused" className="text-ink-2" />
            <span className="truncate">{name}</span>
          </span>
          <span className="text-bad-ink block pl-5">{errorText(error).message ?? errorText(error).sentence}</span>
        </li>
      ))}
    </ul>
  )
}
