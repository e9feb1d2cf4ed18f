'use client'
import { Button } from '@berth/ui/button'
import { cn } from '@berth/ui/cn'
import { Dialog } from '@berth/ui/dialog'
import { InlineAlert } from '@berth/ui/inline-alert'
import { TextField } from '@berth/ui/text-field'
import type { VmView } from '@berth/core/vm/vm-view'
import { Minus, Tag } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { plural } from '../../lib/format.ts'
import { parseTags, tagProblem } from '../../lib/tag-text.ts'
import { Failures, WhoCan } from './bulk-answers.tsx'
import { type BulkResult, runBulk } from './run-bulk.ts'
import { tagAnswer, tagsInUse, type TagWish } from './tag-change.ts'
import { useTagMachine } from './use-tag-machine.ts'

export interface TagDialogProps {
  vms: readonly VmView[]
  onClose: () => void
}

const atOnce = 5

/** Adds tags to all that are ticked and takes others away; says first for whom that changes something. */
export function TagDialog({ vms, onClose }: TagDialogProps) {
  const tagMachine = useTagMachine()
  const [text, setText] = useState('')
  const [remove, setRemove] = useState<readonly string[]>([])
  const [results, setResults] = useState<readonly BulkResult[] | null>(null)
  const [asked, setAsked] = useState<readonly VmView[]>([])
  const wish: TagWish = { add: parseTags(text), remove }
  const problem = tagProblem(wish.add)
  const isEmpty = wish.add.length + wish.remove.length === 0
  const refusalOf = (vm: VmView) => {
    const answer = tagAnswer(vm, wish)
    return answer.isAllowed ? null : answer.reason
  }
  const able = vms.filter((vm) => refusalOf(vm) === null)
  const isDone = results !== null && results.length === asked.length
  const failed = results?.filter((result) => result.error !== null) ?? []
  const blocked =
    problem ?? (isEmpty ? 'Type a tag, or choose one to remove' : able.length === 0 ? 'No machine would change' : null)

  const run = async () => {
    setAsked(able)
    setResults([])
    await runBulk({
      ids: able.map((vm) => vm.vmId),
      limit: atOnce,
      act: (vmId) => tagMachine(vmId, wish),
      onResult: (result) => setResults((current) => [...(current ?? []), result]),
    })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isDone) onClose()
    else if (results === null && blocked === null) void run()
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={
        isDone ? `${plural(asked.length - failed.length, 'machine')} tagged` : `Tag ${plural(vms.length, 'machine')}`
      }
      size="sm"
      dismissible={results === null || isDone}
    >
      <form onSubmit={submit} className="flex flex-col gap-4 text-sm">
        {results === null && (
          <>
            <TextField
              label="Add"
              hint="Separated by commas."
              value={text}
              onChange={(event) => setText(event.target.value)}
              error={problem}
              autoComplete="off"
              autoFocus
            />
            <RemoveTags vms={vms} chosen={remove} onChange={setRemove} />
            {!isEmpty && problem === null && <WhoCan vms={vms} refusalOf={refusalOf} />}
          </>
        )}
        {isDone && failed.length === 0 && <InlineAlert tone="ok">All {asked.length} have their tags now.</InlineAlert>}
        {failed.length > 0 && <Failures failed={failed} vms={vms} />}
        <div className="flex justify-end gap-2">
          {results === null && <Button onClick={onClose}>Cancel</Button>}
          <Button
            type="submit"
            variant="primary"
            pending={results !== null && !isDone}
            disabledReason={results === null ? blocked : null}
          >
            {isDone
              ? 'Close'
              : `Tag ${results === null && isEmpty ? '' : (results === null ? able : asked).length}`.trim()}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

interface RemoveTagsProps {
  vms: readonly VmView[]
  chosen: readonly string[]
  onChange: (chosen: readonly string[]) => void
}

/** Every tag that one of them has, with how many; pressed ones are taken away. */
function RemoveTags({ vms, chosen, onChange }: RemoveTagsProps) {
  const inUse = tagsInUse(vms)
  if (inUse.length === 0) return null
  return (
    <div role="group" aria-label="Remove" className="flex flex-col gap-1.5">
      <span className="font-medium">Remove</span>
      <div className="flex max-h-32 flex-wrap gap-1.5 overflow-y-auto">
        {inUse.map(({ tag, count }) => {
          const isChosen = chosen.includes(tag)
          return (
            <button
              key={tag}
              type="button"
              aria-pressed={isChosen}
              onClick={() => onChange(isChosen ? chosen.filter((other) => other !== tag) : [...chosen, tag])}
              className={cn(
                'inline-flex h-7 max-w-full items-center gap-1.5 rounded-full border px-2.5 text-xs font-medium [&_svg]:size-3 [&_svg]:shrink-0',
                isChosen
                  ? 'border-bad/40 bg-bad-soft text-bad-ink'
                  : 'border-line bg-surface text-ink-2 hover:text-ink',
              )}
            >
              {isChosen ? <Minus aria-hidden /> : <Tag aria-hidden />}
              <span className={cn('truncate', isChosen && 'line-through')}>{tag}</span>
              <span className={cn('font-normal', !isChosen && 'text-ink-3')}>
                {count}
                <span className="sr-only"> of {vms.length} have it</span>
              </span>
            </button>
          )
        })}
      </div>
    </div>
  )
}
