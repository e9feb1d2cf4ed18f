import { none } from '../../lib/format.ts'

export interface FigureProps {
  name: string
  /** Null while nobody has measured it. */
  value: string | null
  why: string
  note?: string | undefined
  isLarge?: boolean | undefined
}

/** One figure with its name, inside of a <dl>. */
export function Figure({ name, value, why, note, isLarge = false }: FigureProps) {
  return (
    <div className="min-w-0">
      <dt className="text-ink-3 text-xs">{name}</dt>
      <dd className={isLarge ? 'text-xl font-semibold' : 'text-sm font-medium'}>
        {value ?? <NotMeasured why={why} />}
        {note !== undefined && <span className="text-ink-3 block text-xs font-normal">{note}</span>}
      </dd>
    </div>
  )
}

/** A dash that says why there is no figure. */
export function NotMeasured({ why }: { why: string }) {
  return (
    <span title={why} className="text-ink-3">
      <span aria-hidden>{none}</span>
      <span className="sr-only">{why}</span>
    </span>
  )
}
