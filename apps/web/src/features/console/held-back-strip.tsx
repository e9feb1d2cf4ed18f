'use client'
import { Button } from '@berth/ui/button'
import { ConsoleStrip } from './console-strip.tsx'
import { isSamePerson } from './console-viewers.ts'
import type { ConsoleViewers } from './use-console-viewers.ts'

/** Said to whoever would type and cannot, because another took over. */
export function HeldBackStrip({ viewers }: { viewers: ConsoleViewers }) {
  const { seen, ask } = viewers
  if (!seen?.holder || seen.mine.input !== 'heldBack') return null
  const { holder, mine } = seen
  return (
    <ConsoleStrip
      title={isSamePerson(holder, mine) ? 'You took over in another window.' : `${holder.name} has taken over.`}
      action={
        <Button size="sm" onClick={() => ask('hold')}>
          Take over
        </Button>
      }
    >
      Here you watch; what you type is not sent.
    </ConsoleStrip>
  )
}
