'use client'
import { Check, ChevronDown } from 'lucide-react'
import * as Radix from 'radix-ui/select'
import type { ReactNode } from 'react'
import { cn } from './cn.ts'
import { controlClasses, Field, type FieldProps } from './field.tsx'

export interface SelectOption {
  value: string
  label: ReactNode
  hint?: ReactNode
  /** Not choosable, and why. */
  disabledReason?: string | null | undefined
}

export interface SelectProps extends Omit<FieldProps, 'children'> {
  value: string | undefined
  onValueChange: (value: string) => void
  options: readonly SelectOption[]
  placeholder?: string | undefined
  disabled?: boolean | undefined
}

export function Select(props: SelectProps) {
  const { value, onValueChange, options, placeholder = 'Choose…', disabled = false, ...field } = props
  return (
    <Field {...field}>
      {(control) => (
        <Radix.Root value={value ?? ''} onValueChange={onValueChange} disabled={disabled}>
          <Radix.Trigger
            {...control}
            className={cn(
              controlClasses,
              'data-placeholder:text-ink-3 flex h-8 items-center gap-2 px-2.5 text-left text-sm',
            )}
          >
            <span className="min-w-0 flex-1 truncate">
              <Radix.Value placeholder={placeholder} />
            </span>
            <ChevronDown aria-hidden className="text-ink-3 size-4 shrink-0" />
          </Radix.Trigger>
          <Radix.Portal>
            <Radix.Content
              position="popper"
              sideOffset={4}
              collisionPadding={8}
              className="animate-pop border-line bg-raised z-50 max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) overflow-hidden rounded-lg border shadow-md"
            >
              <Radix.Viewport className="p-1">
                {options.map((option) => (
                  <Option key={option.value} {...option} />
                ))}
              </Radix.Viewport>
            </Radix.Content>
          </Radix.Portal>
        </Radix.Root>
      )}
    </Field>
  )
}

function Option({ value, label, hint, disabledReason }: SelectOption) {
  const below = disabledReason || hint
  return (
    <Radix.Item
      value={value}
      disabled={Boolean(disabledReason)}
      // Radix names it by the label alone; without, the hint or the reason is read out as well.
      aria-labelledby={undefined}
      className="data-disabled:text-ink-3 data-highlighted:bg-hover flex min-h-8 items-center gap-2.5 rounded-sm px-2 py-1 text-sm outline-none select-none"
    >
      <span className="min-w-0 flex-1">
        <Radix.ItemText>{label}</Radix.ItemText>
        {Boolean(below) && <span className="text-ink-3 block text-xs">{below}</span>}
      </span>
      <Radix.ItemIndicator>
        <Check aria-hidden className="text-accent-ink size-4" />
      </Radix.ItemIndicator>
    </Radix.Item>
  )
}
