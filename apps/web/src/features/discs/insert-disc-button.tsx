'use client'
import { IconButton } from '@berth/ui/icon-button'
import type { VmView } from '@berth/core/vm/vm-view'
import { Disc3 } from 'lucide-react'
import { useState } from 'react'
import { discRefusal } from './disc-words.ts'
import { InsertDisc } from './insert-disc.tsx'

/** For the console's bar. */
export function InsertDiscButton({ vm }: { vm: VmView }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <IconButton label="Insert ISO…" size="sm" disabledReason={discRefusal(vm)} onClick={() => setOpen(true)}>
        <Disc3 />
      </IconButton>
      <InsertDisc vm={vm} open={isOpen} onOpenChange={setOpen} />
    </>
  )
}
