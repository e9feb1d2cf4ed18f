'use client'
import { Button, type ButtonProps } from '@berth/ui/button'
import { ConfirmDialog } from '@berth/ui/confirm-dialog'
import type { OperationView } from '@berth/core/operation/operation'
import { retryRefusal } from '@berth/core/operation/operation-retry'
import { useMutation } from '@tanstack/react-query'
import { RotateCcw } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useRef, useState } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { newIdempotencyKey } from '../../lib/idempotency-key.ts'
import { paths } from '../../lib/paths.ts'
import { useTRPCClient } from '../../lib/trpc/trpc-context.ts'
import { retryQuestion } from './task-words.ts'

export interface RetryTaskProps {
  task: OperationView
  size?: ButtonProps['size']
  /** Instead of opening the new task's page. */
  onStarted?: ((operationId: string) => void) | undefined
}

/** Asks for the same again, as a new task that names this one. What cuts or deletes is asked about first. */
export function RetryTask({ task, size = 'sm', onStarted }: RetryTaskProps) {
  const client = useTRPCClient()
  const router = useRouter()
  const key = useRef(newIdempotencyKey())
  const [isOpen, setIsOpen] = useState(false)
  const question = retryQuestion(task)
  const retry = useMutation({
    mutationKey: ['operation', 'retry'],
    mutationFn: () => client.operation.retry.mutate({ operationId: task.operationId, idempotencyKey: key.current }),
    // In the dialog where there is one, else a toast.
    meta: { showsError: question !== null },
    onSuccess: ({ operationId }) => {
      setIsOpen(false)
      if (onStarted) onStarted(operationId)
      else router.push(paths.task(operationId))
    },
  })
  const refusal = retryRefusal(task)
  const open = (isWanted: boolean) => {
    setIsOpen(isWanted)
    retry.reset()
  }
  return (
    <>
      <Button
        size={size}
        onClick={() => (question === null ? retry.mutate() : open(true))}
        pending={retry.isPending && question === null}
        disabledReason={refusal}
      >
        <RotateCcw aria-hidden />
        {question === null ? 'Try again' : 'Try again…'}
      </Button>
      {question !== null && (
        <ConfirmDialog
          open={isOpen}
          onOpenChange={open}
          title={`${task.title}, again?`}
          confirmLabel="Try again"
          pending={retry.isPending}
          error={retry.error === null ? null : errorLine(retry.error)}
          disabledReason={refusal}
          onConfirm={() => retry.mutate()}
        >
          <p className="text-ink-2 text-sm">{question}</p>
        </ConfirmDialog>
      )}
    </>
  )
}
