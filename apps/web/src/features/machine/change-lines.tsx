import { Badge } from '@berth/ui/badge'
import { ArrowRight } from 'lucide-react'
import { type FieldChange, fieldLabels } from './hardware-draft.ts'

export interface ChangeLinesProps {
  changes: readonly FieldChange[]
  label: string
  /** Where the words around it say already when they take effect. */
  hideWhen?: boolean
}

/** Changes as a diff, field by field, with when each takes effect. */
export function ChangeLines({ changes, label, hideWhen = false }: ChangeLinesProps) {
  return (
    <ul aria-label={label} className="flex flex-col gap-1.5 text-sm">
      {changes.map(({ field, from, to, applies }) => (
        <li key={field} className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
          <span className="text-ink-2 w-24">{fieldLabels[field]}</span>
          <del className="text-ink-3 max-w-60 truncate">{from}</del>
          <ArrowRight aria-label="becomes" className="text-ink-3 size-3.5" />
          <ins className="max-w-72 truncate font-medium no-underline">{to}</ins>
          {!hideWhen && (
            <Badge tone={applies === 'live' ? 'ok' : 'accent'} className="ml-auto">
              {applies}
            </Badge>
          )}
        </li>
      ))}
    </ul>
  )
}
