import { cn } from '@berth/ui/cn'
import type { MoveForecast } from '@berth/core/migration/move-forecast'
import { forecastChartText, roughDuration } from './forecast-words.ts'
import { passScale } from './pass-scale.ts'

/** The passes that are foreseen, side by side in time: as wide as they take, as high as they send (each line is 16 times as much). */
export function ForecastChart({ forecast }: { forecast: MoveForecast }) {
  const { passes, ends, totalMs } = forecast
  const scale = passScale(passes.map(({ bytes }) => bytes))
  const last = passes.at(-1)
  return (
    <figure className="flex flex-col gap-1">
      <div role="img" aria-label={forecastChartText(forecast)} className="flex h-20 gap-2">
        <div aria-hidden className="text-2xs text-ink-3 relative w-12 shrink-0 text-right">
          {scale.ticks.slice(1).map(({ bytes, text, share }) => (
            <span
              key={bytes}
              className="absolute right-0 translate-y-1/2 whitespace-nowrap"
              style={{ bottom: `${share * 88}%` }}
            >
              {text}
            </span>
          ))}
        </div>
        <div className="border-line relative min-w-0 flex-1 border-b">
          {scale.ticks.slice(1).map(({ bytes, share }) => (
            <span key={bytes} className="bg-line-soft absolute inset-x-0 h-px" style={{ bottom: `${share * 88}%` }} />
          ))}
          <div className="absolute inset-0 flex items-end gap-px">
            {passes.map((pass) => (
              <span
                key={pass.number}
                className={cn('min-w-0.5 rounded-t-xs', pass === last && ends !== 'no' ? 'bg-chart-3' : 'bg-chart-1')}
                style={{
                  flexGrow: Math.max(pass.ms, 0.001),
                  flexBasis: 0,
                  height: `${scale.shareOf(pass.bytes) * 88}%`,
                }}
              />
            ))}
          </div>
        </div>
      </div>
      <figcaption aria-hidden className="text-2xs text-ink-3 flex justify-between gap-3 pl-14">
        <span>start</span>
        {ends !== 'no' && (
          <span className="inline-flex items-center gap-1.5">
            <span className="bg-chart-3 size-2 rounded-xs" />
            the pause
          </span>
        )}
        <span>{roughDuration(totalMs.likely)}</span>
      </figcaption>
    </figure>
  )
}
