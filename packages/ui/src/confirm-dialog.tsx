'use client'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { InlineAlert } from './inline-alert.tsx'
import { TextField } from './text-field.tsx'

export interface ConfirmDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: ReactNode
  description?: ReactNode
  /** The verb on the button: "Delete machine", never "OK". */
  confirmLabel: string
  /** Of the button that changes nothing, where "Cancel" could mean either. */
  dismissLabel?: string | undefined
  /** Asks to type exactly this before the button works. */
  typeToConfirm?: string | undefined
  tone?: 'danger' | 'primary' | undefined
  pending?: boolean | undefined
  /** Why the last try failed; the dialog stays open. */
  error?: ReactNode
  disabledReason?: string | null | undefined
  /** Called once per click; the caller closes the dialog when it worked. */
  onConfirm: () => void
  children?: ReactNode
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  return (
    <Dialog
      open={props.open}
      onOpenChange={props.onOpenChange}
      title={props.title}
      description={props.description}
      size="sm"
    >
      {/* Mounted only while open, so what was typed for one thing never confirms another. */}
      <ConfirmForm {...props} />
    </Dialog>
  )
}

function ConfirmForm(props: ConfirmDialogProps) {
  const {
    typeToConfirm,
    tone = 'danger',
    pending = false,
    error,
    confirmLabel,
    dismissLabel = 'Cancel',
    onConfirm,
    onOpenChange,
    children,
  } = props
  const [typed, setTyped] = useState('')
  const mismatch = typeToConfirm !== undefined && typed !== typeToConfirm
  const reason = props.disabledReason || (mismatch ? `Type ${typeToConfirm} first` : null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!reason && !pending) onConfirm()
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {children}
      {typeToConfirm !== undefined && (
        <TextField
          label={
            <>
              Type{' '}
              <code className="bg-pressed rounded-xs px-1 py-0.5 font-mono text-xs select-all">{typeToConfirm}</code> to
              confirm
            </>
          }
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          autoFocus
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          mono
        />
      )}
      {error !== undefined && error !== null && error !== '' && <InlineAlert tone="bad">{error}</InlineAlert>}
      <div className="flex justify-end gap-2">
        <Button onClick={() => onOpenChange(false)}>{dismissLabel}</Button>
        <Button type="submit" variant={tone} pending={pending} disabledReason={reason}>
          {confirmLabel}
        </Button>
      </div>
    </form>
  )
}
