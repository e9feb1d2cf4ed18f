import type { MoveForecast } from '@berth/core/migration/move-forecast'
import type { MoveReport } from '@berth/core/migration/move-progress'
import { Check, TriangleAlert } from 'lucide-react'
import { heldAgainst } from './forecast-words.ts'

/** What was foreseen against what came; for the end of a move. */
export function ForecastAgainst({ forecast, report }: { forecast: MoveForecast; report: MoveReport }) {
  return (
    <dl aria-label="Forecast against what came" className="text-ink-2 flex flex-col gap-1 text-xs">
      {forecast.ends !== 'yes' && (
        <div className="flex gap-2">
          <dt className="text-ink-3">Foreseen</dt>
          <dd>{forecast.ends === 'no' ? 'that it does not end, and it did' : 'that it may not end, and it did'}</dd>
        </div>
      )}
      {heldAgainst(forecast, report).map(({ name, foreseen, came, isWithin }) => (
        <div key={name} className="flex flex-wrap items-center gap-x-2">
          <dt className="text-ink-3">{name}</dt>
          <dd className="inline-flex items-center gap-1.5">
            foreseen {foreseen}, came {came}
            {isWithin ? (
              <Check aria-label="as foreseen" className="text-ok-ink size-3.5" />
            ) : (
              <TriangleAlert aria-label="not as foreseen" className="text-warn-ink size-3.5" />
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}
