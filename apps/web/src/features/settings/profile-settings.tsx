'use client'
import { Button } from '@berth/ui/button'
import { Card } from '@berth/ui/card'
import { Copyable } from '@berth/ui/copyable'
import { InlineAlert } from '@berth/ui/inline-alert'
import { TextField } from '@berth/ui/text-field'
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { errorLine, fieldErrors } from '../../lib/error-text.ts'
import { paths } from '../../lib/paths.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { PasswordForm } from './password-form.tsx'

export function ProfileSettings() {
  return (
    <>
      <NameForm />
      <PasswordForm />
    </>
  )
}

function NameForm() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const router = useRouter()
  const { data: me } = useSuspenseQuery(trpc.user.me.queryOptions())
  const [name, setName] = useState(me.name)
  const save = useMutation(trpc.user.updateProfile.mutationOptions({ meta: { showsError: true } }))
  const saved = async () => {
    await queryClient.invalidateQueries({ queryKey: trpc.user.me.queryKey() })
    // The menu at the top is drawn by the server.
    router.refresh()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!save.isPending && reason === null) save.mutate({ name: name.trim() }, { onSuccess: () => void saved() })
  }
  const reason = name.trim() === '' ? 'Type a name first' : name.trim() === me.name ? 'Nothing has changed' : null
  const fields = fieldErrors(save.error)
  return (
    <Card title="Profile" description="How others see you in tasks and in the audit trail">
      <form onSubmit={submit} className="flex max-w-md flex-col gap-4">
        <TextField
          label="Name"
          value={name}
          maxLength={80}
          autoComplete="name"
          error={fields['name']}
          onChange={(event) => {
            setName(event.target.value)
            save.reset()
          }}
        />
        <div className="flex flex-col gap-1">
          <span className="text-sm font-medium">Email</span>
          <Copyable text={me.email} />
          <p className="text-ink-3 text-xs">
            You sign in with it.{' '}
            {me.role === 'admin' ? (
              <>
                It is changed under{' '}
                <Link href={paths.settings('users')} className="text-accent-ink underline underline-offset-3">
                  Users
                </Link>
                .
              </>
            ) : (
              'Only an administrator can change it.'
            )}
          </p>
        </div>
        {save.error !== null && fields['name'] === undefined && (
          <InlineAlert tone="bad">{errorLine(save.error)}</InlineAlert>
        )}
        <div className="flex items-center gap-3">
          <Button type="submit" variant="primary" pending={save.isPending} disabledReason={reason}>
            Save
          </Button>
          {save.isSuccess && (
            <span role="status" className="text-ok-ink text-sm">
              Saved
            </span>
          )}
        </div>
      </form>
    </Card>
  )
}
