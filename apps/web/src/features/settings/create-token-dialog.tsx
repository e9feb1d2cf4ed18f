'use client'
import { Button } from '@berth/ui/button'
import { CodeBlock } from '@berth/ui/code-block'
import { Dialog } from '@berth/ui/dialog'
import { InlineAlert } from '@berth/ui/inline-alert'
import { Select } from '@berth/ui/select'
import { TextField } from '@berth/ui/text-field'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { errorLine, fieldErrors } from '../../lib/error-text.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { curlExample, expiryChoices, expiryDays } from './token-expiry.ts'

export interface CreateTokenDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Makes a token and shows it, for the only time; it stays open until it is closed on purpose. */
export function CreateTokenDialog({ open, onOpenChange }: CreateTokenDialogProps) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [name, setName] = useState('')
  const [expiry, setExpiry] = useState('90')
  // The token itself is a secret: `gcTime: 0` takes it out of the mutation cache with this dialog.
  const create = useMutation(trpc.token.create.mutationOptions({ meta: { showsError: true }, gcTime: 0 }))
  const made = create.data
  const change = (next: boolean) => {
    onOpenChange(next)
    if (next || made === undefined) return
    create.reset()
    setName('')
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (create.isPending || reason !== null) return
    const reread = () => void queryClient.invalidateQueries({ queryKey: trpc.token.list.infiniteQueryKey() })
    create.mutate({ name: name.trim(), expiresInDays: expiryDays(expiry) }, { onSuccess: reread })
  }
  const reason = name.trim() === '' ? 'Give it a name first' : null
  const fields = fieldErrors(create.error)
  return (
    <Dialog
      open={open}
      onOpenChange={change}
      dismissible={made === undefined}
      title={made === undefined ? 'New API token' : 'Copy your token now'}
      {...(made === undefined ? {} : { description: 'It is shown this once. Berth keeps only a hash of it.' })}
      footer={
        made === undefined ? (
          <>
            <Button onClick={() => change(false)}>Cancel</Button>
            <Button
              type="submit"
              form="create-token"
              variant="primary"
              pending={create.isPending}
              disabledReason={reason}
            >
              Create token
            </Button>
          </>
        ) : (
          <Button variant="primary" onClick={() => change(false)}>
            I have copied it
          </Button>
        )
      }
    >
      {made === undefined ? (
        <form id="create-token" onSubmit={submit} className="flex flex-col gap-4">
          <TextField
            label="Name"
            placeholder="backup script"
            value={name}
            maxLength={80}
            autoComplete="off"
            onChange={(event) => setName(event.target.value)}
            error={fields['name']}
            hint="So that you know later which script has it."
          />
          <Select
            label="Ends after"
            value={expiry}
            onValueChange={setExpiry}
            options={expiryChoices}
            {...(expiry === 'never' ? { hint: 'A token that never ends is only as safe as where it is kept.' } : {})}
          />
          {create.error !== null && Object.keys(fields).length === 0 && (
            <InlineAlert tone="bad">{errorLine(create.error)}</InlineAlert>
          )}
        </form>
      ) : (
        <div className="flex flex-col gap-4">
          <CodeBlock title="Token" code={made.token} wrap />
          <CodeBlock title="Try it" code={curlExample(window.location.origin, made.token)} wrap />
        </div>
      )}
    </Dialog>
  )
}
