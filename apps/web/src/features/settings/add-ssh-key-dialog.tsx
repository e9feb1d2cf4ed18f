'use client'
import { Button } from '@berth/ui/button'
import { Dialog } from '@berth/ui/dialog'
import { InlineAlert } from '@berth/ui/inline-alert'
import { TextArea, TextField } from '@berth/ui/text-field'
import { type FormEvent, useState } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { readSshKey } from './ssh-public-key.ts'
import { type ShownSshKey, useSetSshKeys } from './use-set-ssh-keys.ts'

export interface AddSshKeyDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  keys: readonly ShownSshKey[]
}

export function AddSshKeyDialog({ open, onOpenChange, keys }: AddSshKeyDialogProps) {
  const [text, setText] = useState('')
  const [name, setName] = useState('')
  const [showsProblems, setShowsProblems] = useState(false)
  const set = useSetSshKeys()
  const reading = readSshKey(text)
  const problem = reading.isValid
    ? keys.some((key) => sameKey(key.publicKey, reading.publicKey))
      ? 'You have this key already.'
      : null
    : reading.reason
  const suggested = reading.isValid ? reading.comment || reading.type : ''
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setShowsProblems(true)
    if (!reading.isValid || problem !== null || set.isPending) return
    const added = { name: (name.trim() || suggested).slice(0, 80), publicKey: reading.publicKey }
    const done = () => {
      setText('')
      setName('')
      setShowsProblems(false)
      onOpenChange(false)
    }
    set.save([...keys, added], done)
  }
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Add an SSH key"
      description="The public half: usually in ~/.ssh, in a file that ends in .pub."
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button type="submit" form="add-ssh-key" variant="primary" pending={set.isPending}>
            Add key
          </Button>
        </>
      }
    >
      <form id="add-ssh-key" onSubmit={submit} className="flex flex-col gap-4">
        <TextArea
          label="Public key"
          rows={4}
          placeholder="ssh-ed25519 AAAA… you@computer"
          value={text}
          onChange={(event) => setText(event.target.value)}
          error={(showsProblems || text.trim() !== '') && problem !== null ? problem : undefined}
          spellCheck={false}
          autoComplete="off"
          mono
        />
        <TextField
          label="Name"
          note="optional"
          placeholder={suggested}
          value={name}
          maxLength={80}
          onChange={(event) => setName(event.target.value)}
        />
        {set.error !== null && <InlineAlert tone="bad">{errorLine(set.error)}</InlineAlert>}
      </form>
    </Dialog>
  )
}

/** Type and blob decide; the comment is anybody's. */
const sameKey = (a: string, b: string): boolean => a.split(/\s+/, 2).join(' ') === b.split(/\s+/, 2).join(' ')
