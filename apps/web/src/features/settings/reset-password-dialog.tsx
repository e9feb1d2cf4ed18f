'use client'
import { Button } from '@berth/ui/button'
import { Dialog } from '@berth/ui/dialog'
import { InlineAlert } from '@berth/ui/inline-alert'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { GivenLogin, type PasswordWish, PasswordWishField, passwordWishProblem } from './given-password.tsx'
import { type AccountDialogProps, useRereadAccounts } from './use-account-change.ts'

/** For somebody who has lost his password. The new one is shown once, so that the dialog closes only on purpose. */
export function ResetPasswordDialog({ account, open, onOpenChange }: AccountDialogProps) {
  const trpc = useTRPC()
  const reread = useRereadAccounts()
  const [wish, setWish] = useState<PasswordWish>({ typed: null })
  const [showsProblem, setShowsProblem] = useState(false)
  const reset = useMutation(trpc.user.resetPassword.mutationOptions({ meta: { showsError: true }, gcTime: 0 }))
  const made = reset.data
  const change = (next: boolean) => {
    onOpenChange(next)
    if (next) return
    if (made !== undefined) reread()
    reset.reset()
    setWish({ typed: null })
    setShowsProblem(false)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setShowsProblem(true)
    if (reset.isPending || passwordWishProblem(wish) !== undefined) return
    reset.mutate({ userId: account.userId, ...(wish.typed === null ? {} : { password: wish.typed }) })
  }
  return (
    <Dialog
      open={open}
      onOpenChange={change}
      dismissible={made === undefined}
      title={made === undefined ? `Reset the password of ${account.name}?` : 'Copy the password now'}
      description={
        made === undefined
          ? 'The old password stops working, and every session of this user ends. API tokens go on.'
          : 'It is shown this once. Berth keeps only a hash of it.'
      }
      footer={
        made === undefined ? (
          <>
            <Button onClick={() => change(false)}>Cancel</Button>
            <Button type="submit" form={`reset-${account.userId}`} variant="danger" pending={reset.isPending}>
              Reset password
            </Button>
          </>
        ) : (
          <Button variant="primary" onClick={() => change(false)}>
            Done
          </Button>
        )
      }
    >
      {made === undefined ? (
        <form id={`reset-${account.userId}`} onSubmit={submit} noValidate className="flex flex-col gap-4">
          <PasswordWishField
            wish={wish}
            onChange={setWish}
            error={showsProblem ? passwordWishProblem(wish) : undefined}
          />
          {reset.error !== null && <InlineAlert tone="bad">{errorLine(reset.error)}</InlineAlert>}
        </form>
      ) : (
        <GivenLogin email={account.email} password={made.password ?? wish.typed ?? ''} />
      )}
    </Dialog>
  )
}
