'use client'
import { Button } from '@berth/ui/button'
import { Dialog } from '@berth/ui/dialog'
import { isOperationEnded } from '@berth/core/operation/operation-ended'
import type { VmView } from '@berth/core/vm/vm-view'
import Link from 'next/link'
import { useState } from 'react'
import { paths } from '../../lib/paths.ts'
import { CancelTask } from '../tasks/cancel-task.tsx'
import { FlightDeck } from './flight-deck.tsx'
import { MoveForm } from './move-form.tsx'
import { cancelMoveText, deckTitle } from './move-words.ts'
import { moveIdOf, useMove } from './use-move.ts'

export interface MigrateDialogProps {
  vm: VmView
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Asks where a machine shall go; then the same dialog shows how it goes. Of a machine that moves already it shows that. */
export function MigrateDialog({ vm, open, onOpenChange }: MigrateDialogProps) {
  const [followedId, setFollowedId] = useState<string | null>(null)
  const underWayId = moveIdOf(vm)
  // Kept when the move has ended, so that its end is seen; forgotten when the dialog is closed.
  if (open && followedId === null && underWayId !== null) setFollowedId(underWayId)
  const change = (next: boolean) => {
    if (!next) setFollowedId(null)
    onOpenChange(next)
  }
  const { task, move } = useMove(followedId)
  const deckName = task && move ? deckTitle(task.target.name, move, task) : 'The move'
  return (
    <Dialog
      open={open}
      onOpenChange={change}
      size="xl"
      focusesFirst={false}
      title={followedId === null ? `Migrate ${vm.name}` : deckName}
      {...(followedId === null
        ? { description: beforeText(vm) }
        : { footer: <DeckButtons operationId={followedId} onClose={() => change(false)} /> })}
    >
      {followedId !== null ? (
        <FlightDeck operationId={followedId} />
      ) : (
        open && <MoveForm vm={vm} onClose={() => change(false)} onStarted={setFollowedId} />
      )}
    </Dialog>
  )
}

const beforeText = ({ state }: VmView): string => {
  if (state === 'stopped') return 'It is off, and stays so on the other host.'
  if (state === 'paused') return 'It is paused, and stays so on the other host.'
  return 'It runs on while its memory is sent, and stands still for a moment at the end.'
}

function DeckButtons({ operationId, onClose }: { operationId: string; onClose: () => void }) {
  const { task, move } = useMove(operationId)
  const isUnderWay = task !== undefined && !isOperationEnded(task.status)
  return (
    <>
      <span className="text-ink-3 mr-auto self-center text-xs">
        {isUnderWay && 'Closing this does not stop the move; it goes on in the tasks.'}
      </span>
      <Button asChild variant="link">
        <Link href={paths.task(operationId)}>Task page</Link>
      </Button>
      {isUnderWay && move && (
        <CancelTask task={task} size="md" label="Cancel the move…" effect={cancelMoveText(task.target.name, move)} />
      )}
      <Button variant={isUnderWay ? 'secondary' : 'primary'} onClick={onClose}>
        Close
      </Button>
    </>
  )
}
