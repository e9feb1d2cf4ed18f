/** What would help a move that does not end: another policy, or how much more throughput. Pure. */
import { forecastMove, type MoveWish } from './forecast-move.ts'
import type { MoveForecast, MoveMeasurement } from './move-forecast.ts'
import { movePolicySchema, type MovePolicy } from './move-policy.ts'

export type ForecastAdvice =
  | { readonly kind: 'policy'; readonly policy: MovePolicy; readonly forecast: MoveForecast }
  /** `isWithinPath`: the path carries that much, only the cap is in its way. */
  | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number; readonly isWithinPath: boolean }

/** A link more than so many times as fast is no advice. */
const mostTimes = 64
const searches = 12

/** Nothing for one that ends as it is. Policies that are sure to end it come first, the shorter pause before the longer one. */
export function forecastAdvice(measured: MoveMeasurement, wish: MoveWish): ForecastAdvice[] {
  if (forecastMove(measured, wish).ends === 'yes') return []
  const policies = movePolicySchema.options
    .filter((policy) => policy !== wish.policy)
    .map((policy) => ({ kind: 'policy' as const, policy, forecast: forecastMove(measured, { ...wish, policy }) }))
    .filter(({ forecast }) => forecast.ends === 'yes')
    .sort((a, b) => a.forecast.pauseMs.likely - b.forecast.pauseMs.likely)
  // Disks take their time whatever becomes of the memory, and have no part in whether it ends.
  const bytesPerSecond = enoughBytesPerSecond(measured, wish.policy)
  if (bytesPerSecond === null) return policies
  const isWithinPath = bytesPerSecond <= measured.path.bytesPerSecond
  return [...policies, { kind: 'bandwidth', bytesPerSecond, isWithinPath }]
}

/** The least throughput with which it is sure to end; null where none that anybody has is enough. */
function enoughBytesPerSecond(measured: MoveMeasurement, policy: MovePolicy): number | null {
  const endsWith = (bytesPerSecond: number): boolean => {
    const path = { ...measured.path, bytesPerSecond }
    return forecastMove({ ...measured, path }, { policy, capBytesPerSecond: null }).ends === 'yes'
  }
  let enough = measured.path.bytesPerSecond * mostTimes
  if (!endsWith(enough)) return null
  let tooLittle = measured.path.bytesPerSecond / mostTimes
  for (let tries = 0; tries < searches; tries++) {
    const middle = Math.sqrt(enough * tooLittle)
    if (endsWith(middle)) enough = middle
    else tooLittle = middle
  }
  return enough
}
