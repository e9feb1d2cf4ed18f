'use client'
import * as Radix from 'radix-ui/slider'
import { type ReactNode, useState } from 'react'
import { cn } from './cn.ts'
import { controlClasses, Field, type FieldProps } from './field.tsx'

export interface SizeFieldProps extends Omit<FieldProps, 'children'> {
  /** In `unit`; the caller converts to bytes. */
  value: number
  onValueChange: (value: number) => void
  min: number
  max: number
  step?: number | undefined
  unit?: string | undefined
  /** Stops of the slider, for ranges where equal steps make no sense (1, 2, 4, 8 … 256). The box takes any value. */
  stops?: readonly number[] | undefined
  /** Below the slider: what remains of a quota, what the host has. */
  footnote?: ReactNode
  disabled?: boolean | undefined
}

/** A slider and a number box that show one value. What is typed is kept as typed and clamped on leaving the box. */
export function SizeField(props: SizeFieldProps) {
  const { value, onValueChange, min, max, step = 1, unit, stops, footnote, disabled = false, ...field } = props
  const [draft, setDraft] = useState<string | null>(null)
  const positions = stops ?? []
  const usesStops = positions.length > 1

  const leave = () => {
    const typed = draft === null || draft.trim() === '' ? NaN : Number(draft)
    setDraft(null)
    if (Number.isFinite(typed)) onValueChange(Math.min(max, Math.max(min, typed)))
  }
  const slide = (position: number) => onValueChange(usesStops ? (positions[position] ?? value) : position)

  return (
    <Field {...field}>
      {(control) => (
        <>
          <div className="flex items-center gap-4">
            <Radix.Root
              value={[usesStops ? nearestStop(positions, value) : value]}
              min={usesStops ? 0 : min}
              max={usesStops ? positions.length - 1 : max}
              step={usesStops ? 1 : step}
              disabled={disabled}
              onValueChange={([position]) => position !== undefined && slide(position)}
              className="relative flex h-8 min-w-24 flex-1 touch-none items-center select-none data-disabled:opacity-50"
            >
              <Radix.Track className="bg-pressed relative h-1.5 flex-1 overflow-hidden rounded-full">
                <Radix.Range className="bg-accent absolute h-full" />
              </Radix.Track>
              <Radix.Thumb
                aria-label={typeof field.label === 'string' ? field.label : 'Value'}
                aria-valuetext={unit === undefined ? String(value) : `${value} ${unit}`}
                className="border-accent bg-raised block size-4.5 rounded-full border-2 shadow-sm transition-transform hover:scale-110"
              />
            </Radix.Root>
            <div className="relative w-26 shrink-0">
              <input
                {...control}
                inputMode="decimal"
                disabled={disabled}
                value={draft ?? String(value)}
                onChange={(event) => {
                  setDraft(event.target.value)
                  const typed = Number(event.target.value)
                  if (event.target.value.trim() !== '' && typed >= min && typed <= max) onValueChange(typed)
                }}
                onBlur={leave}
                className={cn(controlClasses, 'h-8 px-2.5 text-right text-sm', unit !== undefined && 'pr-11')}
              />
              {unit !== undefined && (
                <span className="text-ink-3 pointer-events-none absolute inset-y-0 right-2.5 flex items-center text-xs">
                  {unit}
                </span>
              )}
            </div>
          </div>
          {footnote !== undefined && <div className="text-ink-3 text-xs">{footnote}</div>}
        </>
      )}
    </Field>
  )
}

function nearestStop(stops: readonly number[], value: number): number {
  let best = 0
  stops.forEach((stop, index) => {
    if (Math.abs(stop - value) < Math.abs((stops[best] ?? 0) - value)) best = index
  })
  return best
}
