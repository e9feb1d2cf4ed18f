'use client'
import { Button, type ButtonProps } from '@berth/ui/button'
import { ConfirmDialog } from '@berth/ui/confirm-dialog'
import type { OperationView } from '@berth/core/operation/operation'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { cancelEffect, cancelRefusal } from './task-words.ts'

export interface CancelTaskProps {
  task: OperationView
  size?: ButtonProps['size']
  label?: string
  /** What a cancel does here, where more is known than of the kind of task. */
  effect?: string
}

/** Cancels after saying what that does; how it ends comes back as an event. */
export function CancelTask({
  task,
  size = 'sm',
  label = 'Cancel task…',
  effect = cancelEffect(task),
}: CancelTaskProps) {
  const trpc = useTRPC()
  const [isOpen, setIsOpen] = useState(false)
  const cancel = useMutation(trpc.operation.cancel.mutationOptions({ meta: { showsError: true } }))
  const refusal = cancelRefusal(task)
  const change = (open: boolean) => {
    setIsOpen(open)
    cancel.reset()
  }
  const confirm = () => cancel.mutate({ operationId: task.operationId }, { onSuccess: () => setIsOpen(false) })
  return (
    <>
      <Button size={size} onClick={() => change(true)} disabledReason={refusal}>
        {task.status === 'cancelling' ? 'Cancelling…' : label}
      </Button>
      <ConfirmDialog
        open={isOpen}
        onOpenChange={change}
        title={`Cancel “${task.title}”?`}
        confirmLabel="Cancel task"
        dismissLabel="Let it go on"
        pending={cancel.isPending}
        error={cancel.error === null ? null : errorLine(cancel.error)}
        disabledReason={refusal}
        onConfirm={confirm}
      >
        <p className="text-ink-2 text-sm">{effect}</p>
      </ConfirmDialog>
    </>
  )
}
