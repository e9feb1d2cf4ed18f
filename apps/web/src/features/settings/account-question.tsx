'use client'
import { ConfirmDialog, type ConfirmDialogProps } from '@berth/ui/confirm-dialog'
import { errorLine } from '../../lib/error-text.ts'
import { useRereadAccounts } from './use-account-change.ts'

type Asked = Pick<
  ConfirmDialogProps,
  'open' | 'onOpenChange' | 'title' | 'confirmLabel' | 'tone' | 'disabledReason' | 'children'
>

export interface AccountQuestionProps extends Asked {
  /** What a yes does. It is forgotten when the dialog closes, so that an old error never meets a new question. */
  change: { isPending: boolean; error: unknown; reset: () => void }
  /** Sends it off; `done` is to be called when it has been done. */
  onConfirm: (done: () => void) => void
}

/** A question about one user, which closes when the panel has done what was confirmed. */
export function AccountQuestion({ change, onOpenChange, onConfirm, ...asked }: AccountQuestionProps) {
  const reread = useRereadAccounts()
  const close = () => {
    change.reset()
    onOpenChange(false)
  }
  const done = () => {
    reread()
    close()
  }
  return (
    <ConfirmDialog
      {...asked}
      onOpenChange={(next) => !next && close()}
      pending={change.isPending}
      error={change.error === null ? null : errorLine(change.error)}
      onConfirm={() => onConfirm(done)}
    />
  )
}
