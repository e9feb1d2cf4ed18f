const steps = [
  { ms: 365 * 86_400_000, unit: 'y' },
  { ms: 86_400_000, unit: 'd' },
  { ms: 3_600_000, unit: 'h' },
  { ms: 60_000, unit: 'min' },
  { ms: 1000, unit: 's' },
] as const

/**
 * A span in ms as people say it: "12 s", "3 min", "2 h 5 min", "4 d 3 h". `ago` adds the direction, "just now" under 5 s
 * and "in" for the future (a host's clock may run ahead).
 */
export function ageText(spanMs: number, form: 'ago' | 'elapsed'): string {
  const size = Math.abs(spanMs)
  if (form === 'ago' && size < 5000) return 'just now'
  const index = steps.findIndex((step) => size >= step.ms)
  const step = steps[index]
  if (!step) return '0 s'
  const whole = Math.floor(size / step.ms)
  const next = steps[index + 1]
  const rest = next && step.unit !== 'min' ? Math.floor((size % step.ms) / next.ms) : 0
  const text = `${whole} ${step.unit}${next && rest > 0 ? ` ${rest} ${next.unit}` : ''}`
  if (form === 'elapsed') return text
  return spanMs < 0 ? `in ${text}` : `${text} ago`
}
