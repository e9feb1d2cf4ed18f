'use client'
import { Button } from '@berth/ui/button'
import { Dialog } from '@berth/ui/dialog'
import { TextField } from '@berth/ui/text-field'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'

const longestName = 40

export interface SaveFilterDialogProps {
  query: string
  /** Names in use: saving under one of them replaces it. */
  taken: readonly string[]
  onClose: () => void
}

export function SaveFilterDialog({ query, taken, onClose }: SaveFilterDialogProps) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [typed, setTyped] = useState('')
  const name = typed.trim()
  const { mutate, isPending, error } = useMutation(
    trpc.vm.saveFilter.mutationOptions({
      meta: { showsError: true },
      onSuccess: async () => {
        await queryClient.invalidateQueries({ queryKey: trpc.vm.savedFilters.queryKey() })
        onClose()
      },
    }),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name !== '') mutate({ name, query })
  }
  const replaces = taken.includes(name)
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Save this filter" size="sm">
      <form onSubmit={submit} className="flex flex-col gap-4 text-sm">
        <p className="bg-sunken border-line-soft rounded-md border px-2.5 py-2 font-mono text-xs [overflow-wrap:anywhere]">
          {query}
        </p>
        <TextField
          label="Name"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          maxLength={longestName}
          placeholder="Production, running"
          hint={replaces ? 'Replaces the filter that has this name.' : 'Shown above the list, to you alone.'}
          error={error ? errorLine(error) : null}
          autoComplete="off"
          autoFocus
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            variant="primary"
            pending={isPending}
            disabledReason={name === '' ? 'Give it a name' : null}
          >
            {replaces ? 'Replace' : 'Save'}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
