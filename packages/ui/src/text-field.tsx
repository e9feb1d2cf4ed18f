'use client'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from './cn.ts'
import { controlClasses, Field, type FieldProps } from './field.tsx'
import { useTypedEarly } from './use-typed-early.ts'

type Around = Omit<FieldProps, 'children' | 'className'>

export interface TextFieldProps extends Around, Omit<ComponentProps<'input'>, keyof Around | 'id' | 'prefix'> {
  /** Inside the box, left: an icon. */
  leading?: ReactNode
  /** Inside the box, right: a unit, a button. */
  suffix?: ReactNode
  /** Fixed-width letters, for addresses, keys and names of files. */
  mono?: boolean | undefined
}

export function TextField(props: TextFieldProps) {
  const { label, hideLabel, hint, error, note, leading, suffix, mono = false, className, ...input } = props
  return (
    <Field label={label} hideLabel={hideLabel} hint={hint} error={error} note={note} className={className}>
      {(control) => (
        <div className="relative">
          {leading !== undefined && (
            <span className="text-ink-3 pointer-events-none absolute inset-y-0 left-2.5 flex items-center [&_svg]:size-4">
              {leading}
            </span>
          )}
          <TextBox
            type="text"
            {...input}
            {...control}
            className={cn(
              controlClasses,
              'h-8 px-2.5 text-sm',
              mono && 'font-mono text-xs',
              leading !== undefined && 'pl-8',
              suffix !== undefined && 'pr-12',
            )}
          />
          {suffix !== undefined && (
            <span className="text-ink-3 absolute inset-y-0 right-2.5 flex items-center text-xs">{suffix}</span>
          )}
        </div>
      )}
    </Field>
  )
}

function TextBox(props: ComponentProps<'input'> & { id: string }) {
  useTypedEarly(props.id, props.value)
  return <input {...props} />
}

export interface TextAreaProps extends Around, Omit<ComponentProps<'textarea'>, keyof Around | 'id'> {
  mono?: boolean | undefined
}

export function TextArea(props: TextAreaProps) {
  const { label, hideLabel, hint, error, note, mono = false, className, rows = 4, ...input } = props
  return (
    <Field label={label} hideLabel={hideLabel} hint={hint} error={error} note={note} className={className}>
      {(control) => (
        <textarea
          rows={rows}
          {...input}
          {...control}
          className={cn(controlClasses, 'resize-y px-2.5 py-1.5 text-sm', mono && 'font-mono text-xs')}
        />
      )}
    </Field>
  )
}
