import type { MovePolicy } from '@berth/core/migration/move-policy'
import type { MoveProgress } from '@berth/core/migration/move-progress'
import { Gauge, Hourglass, Shuffle } from 'lucide-react'
import { formatDuration } from '../../lib/format.ts'
import { ladderLine, nextStepText, policyWords } from './policy-words.ts'

export interface LadderLogProps {
  policy: MovePolicy
  progress: MoveProgress | null
  /** The figures are the last that were heard: nothing comes next. */
  isOver: boolean
}

/** What was done to the guest so that the move ends, when and why; and while it goes on, what would come next. */
export function LadderLog({ policy, progress, isOver }: LadderLogProps) {
  const taken = progress?.ladder?.taken ?? []
  const next = progress === null || isOver || progress.phase !== 'memory' ? null : nextStepText(policy, progress)
  if (taken.length === 0 && next === null) return null
  return (
    <section aria-label="Steps of the policy" className="border-line rounded-lg border px-4 py-3 text-sm">
      <h3 className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="font-medium">Steps of the policy</span>
        <span className="text-ink-3 text-xs">{policyWords(policy).title}</span>
      </h3>
      {taken.length > 0 && (
        <ol aria-label="Taken" className="mt-2 flex flex-col gap-2">
          {taken.map((step) => {
            const { what, why } = ladderLine(step)
            const Icon = icons[step.action.kind]
            return (
              <li key={`${step.pass} ${what}`} className="flex gap-2.5">
                <Icon aria-hidden className="text-warn-ink mt-0.5 size-4 shrink-0" />
                <span className="min-w-0 flex-1">
                  {what}
                  <span className="text-ink-3 block text-xs">{why}</span>
                </span>
                <span className="text-ink-3 shrink-0 text-xs">after {formatDuration(step.elapsedMs)}</span>
              </li>
            )
          })}
        </ol>
      )}
      {next !== null && <p className="text-ink-2 mt-2 text-xs">{next}</p>}
    </section>
  )
}

const icons = { allow: Hourglass, slow: Gauge, switch: Shuffle } as const
