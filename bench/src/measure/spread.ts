/** The middle and the middle half of several runs: what is reported of machines that are never quiet. */
export interface Spread {
  median: number
  /** First and third quartile. */
  low: number
  high: number
  runs: number
}

/** Linear between the two nearest values. Throws for no values: a missing measurement must not read as a number. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const place = share * (sorted.length - 1)
  const below = sorted[Math.floor(place)]
  const above = sorted[Math.ceil(place)]
  if (below === undefined || above === undefined) throw new Error('nothing was measured')
  return below + (above - below) * (place - Math.floor(place))
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), low: quantile(values, 0.25), high: quantile(values, 0.75), runs: values.length }
}

/** "812 [790–850]", with as many digits as mean something. */
export function spreadText({ median: middle, low, high }: Spread): string {
  const short = (value: number): string => String(Number(value.toPrecision(3)))
  return `${short(middle)} [${short(low)}–${short(high)}]`
}
