import { cn } from './cn.ts'

export interface SparklineProps {
  /** Oldest first; null where nothing was measured, drawn as a gap. */
  values: readonly (number | null)[]
  /** Top of the scale; the highest value without. */
  max?: number | undefined
  /** What a screen reader says: "CPU of web-1, 12 %, highest 80 % in 15 min". */
  label: string
  color?: 1 | 2 | 3 | 4 | undefined
  className?: string | undefined
}

const width = 64
const height = 20
const strokes = { 1: 'text-chart-1', 2: 'text-chart-2', 3: 'text-chart-3', 4: 'text-chart-4' }

export function Sparkline({ values, max, label, color = 1, className }: SparklineProps) {
  const top = max ?? Math.max(1e-9, ...values.map((value) => value ?? 0))
  const x = (index: number) => (values.length < 2 ? width : (index / (values.length - 1)) * width)
  const y = (value: number) => height - 1.5 - Math.min(1, Math.max(0, value / top)) * (height - 3)
  const runs = runsOf(values)
  const line = runs
    .map((run) =>
      run.map(([index, value], at) => `${at ? 'L' : 'M'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`).join(''),
    )
    .join('')
  const area = runs
    .filter((run) => run.length > 1)
    .map((run) => {
      const points = run.map(([index, value]) => `L${x(index).toFixed(1)} ${y(value).toFixed(1)}`).join('')
      const [first] = run[0] ?? [0]
      const [last] = run.at(-1) ?? [0]
      return `M${x(first).toFixed(1)} ${height}${points}L${x(last).toFixed(1)} ${height}Z`
    })
    .join('')
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      className={cn('h-5 w-16 shrink-0 overflow-visible', strokes[color], className)}
    >
      <path d={area} fill="currentColor" opacity="0.14" />
      <path
        d={line}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.25"
        vectorEffect="non-scaling-stroke"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
    </svg>
  )
}

/** Splits at the gaps. */
function runsOf(values: readonly (number | null)[]): [index: number, value: number][][] {
  const runs: [number, number][][] = []
  values.forEach((value, index) => {
    if (value === null) return
    const current = runs.at(-1)
    const follows = current?.at(-1)?.[0] === index - 1
    if (current && follows) current.push([index, value])
    else runs.push([[index, value]])
  })
  return runs
}
