/** How a forecast reads: in the button, in a sentence, and what would help where a move would not end. Pure. */
import type { ForecastAdvice } from '@berth/core/migration/forecast-advice'
import type { ForecastRange, MoveForecast } from '@berth/core/migration/move-forecast'
import type { MoveReport } from '@berth/core/migration/move-progress'
import { formatBytes, formatDuration, formatRate, plural } from '../../lib/format.ts'
import { policyWords } from './policy-words.ts'

/** Two digits: whoever reads it must not think that it is known to the millisecond. */
export function roughDuration(spanMs: number): string {
  const byDigits = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, spanMs))) - 1)
  // Minutes are told with seconds, hours with minutes: in tens.
  const step = Math.max(byDigits, spanMs >= 3_600_000 ? 600_000 : spanMs >= 60_000 ? 10_000 : 1)
  return formatDuration(Math.max(1, Math.round(spanMs / step) * step))
}

/** "20–35 s" reads worse than "20 s to 35 s", where one has seconds and the other minutes. */
const between = ({ low, high }: ForecastRange): string => `${roughDuration(low)} to ${roughDuration(high)}`
const isWide = ({ low, high, likely }: ForecastRange): boolean => high - low > 0.25 * Math.max(1, likely)

/** After the button's verb: "about 40 s, pause 200 ms". Null where it has nothing good to say. */
export function forecastTag({ ends, totalMs, pauseMs }: MoveForecast): string | null {
  if (ends === 'no') return null
  const about = ends === 'unsure' ? 'perhaps' : 'about'
  return `${about} ${roughDuration(totalMs.likely)}, pause ${roughDuration(pauseMs.likely)}`
}

export function forecastHeadline({ ends, totalMs, pauseMs }: MoveForecast): string {
  switch (ends) {
    case 'yes':
      return `About ${roughDuration(totalMs.likely)}, and a pause of about ${roughDuration(pauseMs.likely)}`
    case 'unsure':
      return 'It may not come to an end this way'
    case 'no':
      return 'It will not come to an end this way'
  }
}

/** Why, and how sure that is. */
export function forecastReasons(forecast: MoveForecast, policyTitle: string): string {
  const { ends, totalMs, pauseMs, passCount, dirtyBytesPerSecond, throughputBytesPerSecond } = forecast
  const { diskBytes, diskMs } = forecast
  const writes = dirtyBytesPerSecond < 1024 ? 'changes hardly any memory' : `changes ${formatRate(dirtyBytesPerSecond)}`
  const disks =
    diskBytes === undefined || diskMs === undefined
      ? ''
      : ` Its disks, about ${formatBytes(diskBytes)}, take about ${roughDuration(diskMs.likely)} of that.`
  const rates = `The machine ${writes}, and ${formatRate(throughputBytesPerSecond)} can be sent.${disks}`
  if (ends === 'no') {
    return `${rates} It would have to stand still for ${roughDuration(pauseMs.likely)}, longer than “${policyTitle}” allows; after about ${roughDuration(totalMs.likely)} it would be given up, and run on where it is.`
  }
  const wide = isWide(totalMs) ? ` It may take ${between(totalMs)}` : ''
  const pause = isWide(pauseMs) ? `${wide === '' ? ' The' : ', the'} pause ${between(pauseMs)}` : ''
  const range = wide + pause === '' ? '' : `${wide}${pause}.`
  const passes = `${plural(passCount, 'pass', 'passes')} over its memory.`
  return ends === 'yes'
    ? `${rates} ${passes}${range}`
    : `${rates} That is too close to tell: about ${roughDuration(totalMs.likely)} if it ends.`
}

export function adviceText(advice: ForecastAdvice): string {
  switch (advice.kind) {
    case 'policy': {
      const { totalMs, pauseMs } = advice.forecast
      return `“${policyWords(advice.policy).title}” would end it: about ${roughDuration(totalMs.likely)}, with a pause of about ${roughDuration(pauseMs.likely)}.`
    }
    case 'bandwidth': {
      const enough = formatRate(advice.bytesPerSecond)
      return advice.isWithinPath
        ? `A bandwidth cap of ${enough} or more would be enough; the path carries it.`
        : `It would take ${enough}, which is more than the path between the two hosts carries.`
    }
  }
}

/** For whoever does not see the chart. */
export function forecastChartText({ passes, passCount }: Pick<MoveForecast, 'passes' | 'passCount'>): string {
  const [first] = passes
  const last = passes.at(-1)
  if (first === undefined || last === undefined) return 'No passes'
  const more = passCount > passes.length ? `, and ${passCount - passes.length} more` : ''
  return `${plural(passes.length, 'pass', 'passes')} foreseen${more}: the first takes ${roughDuration(first.ms)}, the last ${roughDuration(last.ms)}`
}

export interface Held {
  readonly name: string
  readonly foreseen: string
  readonly came: string
  /** Came is within what was said. */
  readonly isWithin: boolean
}

/** What was foreseen beside what came. */
export function heldAgainst(forecast: MoveForecast, report: MoveReport): Held[] {
  const row = (name: string, range: ForecastRange, cameMs: number): Held => ({
    name,
    foreseen: isWide(range) ? `${roughDuration(range.likely)} (${between(range)})` : roughDuration(range.likely),
    came: formatDuration(cameMs),
    isWithin: cameMs >= range.low * 0.8 && cameMs <= range.high * 1.2,
  })
  const rows = [row('Time', forecast.totalMs, report.totalMs)]
  return report.pauseMs === 0 ? rows : [...rows, row('Pause', forecast.pauseMs, report.pauseMs)]
}
