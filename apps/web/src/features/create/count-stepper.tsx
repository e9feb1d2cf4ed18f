'use client'
import { IconButton } from '@berth/ui/icon-button'
import { TextField } from '@berth/ui/text-field'
import { Minus, Plus } from 'lucide-react'
import { useCreate } from './create-context.ts'
import { maxCount } from './machine-names.ts'

/** How many of the same machine. */
export function CountStepper() {
  const { form, change, problemAt } = useCreate()
  const step = (by: number) => change({ count: Math.min(maxCount, Math.max(1, (form.count || 0) + by)) })
  return (
    <div role="group" aria-label="Count" className="flex items-start gap-1 sm:ml-4">
      <IconButton
        label="One less"
        className="mt-6"
        variant="secondary"
        onClick={() => step(-1)}
        disabledReason={form.count <= 1 ? 'One at least' : null}
      >
        <Minus />
      </IconButton>
      <TextField
        label="Count"
        inputMode="numeric"
        value={Number.isFinite(form.count) && form.count > 0 ? String(form.count) : ''}
        onChange={(event) => change({ count: Number(event.target.value.replace(/\D/g, '').slice(0, 3)) })}
        error={problemAt('count')}
        autoComplete="off"
        className="w-14 [&_input]:text-center"
      />
      <IconButton
        label="One more"
        className="mt-6"
        variant="secondary"
        onClick={() => step(1)}
        disabledReason={form.count >= maxCount ? `At most ${maxCount} at a time` : null}
      >
        <Plus />
      </IconButton>
    </div>
  )
}
