'use client'
import { Button } from '@berth/ui/button'
import { Spinner } from '@berth/ui/spinner'
import type { MovePolicy } from '@berth/core/migration/move-policy'
import { CircleCheck, CircleHelp, Lightbulb, TriangleAlert } from 'lucide-react'
import { ForecastChart } from './forecast-chart.tsx'
import { adviceText, forecastHeadline, forecastReasons } from './forecast-words.ts'
import { policyWords } from './policy-words.ts'
import type { ForecastState } from './use-move-forecast.ts'

/** How the move would go: measured, played through, and said in a sentence. */
export function ForecastCard({ state, policy }: { state: ForecastState; policy: MovePolicy }) {
  if (state.kind === 'none') return null
  return (
    <section aria-label="Forecast" className="border-line flex flex-col gap-3 rounded-lg border p-3">
      <div role="status" className="flex flex-col gap-3">
        <Content state={state} policy={policy} />
      </div>
    </section>
  )
}

const looks = {
  yes: { Icon: CircleCheck, ink: 'text-ok-ink' },
  unsure: { Icon: CircleHelp, ink: 'text-warn-ink' },
  no: { Icon: TriangleAlert, ink: 'text-warn-ink' },
} as const

function Content({ state, policy }: { state: Exclude<ForecastState, { kind: 'none' }>; policy: MovePolicy }) {
  switch (state.kind) {
    case 'measuring':
      return (
        <p className="text-ink-2 flex items-start gap-2 text-sm">
          <Spinner className="text-accent-ink mt-0.5" />
          <span>
            <span className="text-ink block font-medium">Measuring</span>
            How its memory changes and what the path carries: about 5 seconds. You need not wait for it.
          </span>
        </p>
      )
    case 'cannot':
      return (
        <div className="flex items-start justify-between gap-3 text-sm">
          <p className="text-ink-2 flex min-w-0 gap-2">
            <CircleHelp aria-hidden className="text-ink-3 mt-0.5 size-4 shrink-0" />
            <span className="min-w-0 [overflow-wrap:anywhere]">
              <span className="text-ink block font-medium">No forecast</span>
              {state.reason}
            </span>
          </p>
          <Button size="sm" onClick={state.again}>
            Try again
          </Button>
        </div>
      )
    case 'known': {
      const { forecast, advice } = state
      const { Icon, ink } = looks[forecast.ends]
      return (
        <>
          <div className="flex gap-2 text-sm">
            <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${ink}`} />
            <div className="min-w-0">
              <p className="font-medium">{forecastHeadline(forecast)}</p>
              <p className="text-ink-2 text-xs">{forecastReasons(forecast, policyWords(policy).title)}</p>
            </div>
          </div>
          <ForecastChart forecast={forecast} />
          {advice.length > 0 && (
            <ul aria-label="What would help" className="flex flex-col gap-1 text-xs">
              {advice.map((each) => (
                <li key={each.kind === 'policy' ? each.policy : each.kind} className="text-ink-2 flex gap-2">
                  <Lightbulb aria-hidden className="text-ink-3 mt-0.5 size-3.5 shrink-0" />
                  {adviceText(each)}
                </li>
              ))}
            </ul>
          )}
        </>
      )
    }
  }
}
