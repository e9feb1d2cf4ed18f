'use client'
import { Spinner } from '@berth/ui/spinner'
import { StateDot } from '@berth/ui/state-dot'
import { errorText } from '../../lib/error-text.ts'
import { wireErrorOf } from '../../lib/wire-error.ts'
import type { usePlacement } from './use-placement.ts'

type Placement = ReturnType<typeof usePlacement>

/** The host that it would get, and what speaks for and against each. */
export function PlacementVerdict({ placement }: { placement: Placement }) {
  if (!placement.isAsked) return <p className="text-ink-3 text-xs">Choose an image to see where it would run.</p>
  if (placement.query.isPending) return <Spinner label="Looking for a host" className="text-ink-3" />
  const { data, error } = placement.query
  const trace = data?.trace ?? traceOf(error)
  if (error !== null && trace.length === 0) {
    return <p className="text-bad-ink text-xs">{errorText(error).message ?? errorText(error).sentence}</p>
  }
  return (
    <ul className="flex flex-col gap-2 text-xs">
      {trace.map((verdict) => (
        <li key={verdict.name}>
          <StateDot
            kind={verdict.name === data?.hostName ? 'on' : verdict.isPossible ? 'off' : 'failed'}
            label={verdict.name === data?.hostName ? `${verdict.name}, chosen` : verdict.name}
            className="text-ink font-medium"
          />
          <span className="text-ink-3 block pl-5">{verdict.reason}</span>
          {typeof verdict.warning === 'string' && (
            <span className="text-warn-ink block pl-5">First, {verdict.warning}</span>
          )}
        </li>
      ))}
    </ul>
  )
}

interface Verdict {
  name: string
  isPossible: boolean
  reason: string
  warning?: string | null
}

/** A refusal carries the same verdicts in its details. */
function traceOf(error: unknown): readonly Verdict[] {
  const trace = wireErrorOf(error)?.details['trace']
  return Array.isArray(trace) ? trace.filter(isVerdict) : []
}

function isVerdict(value: unknown): value is Verdict {
  return typeof value === 'object' && value !== null && 'name' in value && 'reason' in value && 'isPossible' in value
}
