/**
 * From steps to one bar and back: a step counts by its weight, and the running one by the share of it that is done; and whether a cancel
 * means anything by now. Pure.
 */
interface WeighedStep {
  readonly name: string
  readonly weight?: number
}

const weightOf = ({ weight }: WeighedStep): number => weight ?? 1
const sum = (steps: readonly WeighedStep[]): number => steps.reduce((total, step) => total + weightOf(step), 0)

interface CancellableStep {
  readonly name: string
  readonly isPointOfNoReturn?: true
  readonly hearsCancel?: true
}

interface Standing {
  /** Names of the steps that are over. */
  readonly ended: ReadonlySet<string>
  readonly running: string | null
}

/** 0 to 1 for the whole, of the running step's `share`. */
export function overallProgress(
  steps: readonly WeighedStep[],
  { ended, running, share }: Standing & { share: number },
): number {
  const current = steps.find(({ name }) => name === running)
  const done = sum(steps.filter(({ name }) => ended.has(name))) + (current ? weightOf(current) * share : 0)
  return Math.min(1, done / sum(steps))
}

/** The running step's share, of the `overall` that was made of it; null where no step runs. */
export function shareOfRunningStep(
  steps: readonly WeighedStep[],
  { ended, running, overall }: Standing & { overall: number },
): number | null {
  const current = steps.find(({ name }) => name === running)
  if (!current) return null
  const done = overall * sum(steps) - sum(steps.filter(({ name }) => ended.has(name)))
  return Math.min(1, Math.max(0, done / weightOf(current)))
}

/** Before the point of no return always; beyond it only while a step runs that hears of it. */
export function isCancellable(steps: readonly CancellableStep[], { ended, running }: Standing): boolean {
  const isPast = steps.some(({ name, isPointOfNoReturn }) => isPointOfNoReturn && ended.has(name))
  return !isPast || steps.some(({ name, hearsCancel }) => hearsCancel && name === running)
}
