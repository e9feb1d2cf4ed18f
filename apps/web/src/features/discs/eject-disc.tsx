'use client'
import { Button } from '@berth/ui/button'
import { ConfirmDialog } from '@berth/ui/confirm-dialog'
import type { VmView } from '@berth/core/vm/vm-view'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { newIdempotencyKey } from '../../lib/idempotency-key.ts'
import { useTRPCClient } from '../../lib/trpc/trpc-context.ts'
import { discRefusal } from './disc-words.ts'
import { DiscCode } from './disc-code.tsx'
import { ForceSwitch } from './insert-disc.tsx'

/** Only while there is a disc in. `discName` is null until it is known. */
export function EjectDisc({ vm, discName }: { vm: VmView; discName: string | null }) {
  const client = useTRPCClient()
  const [isOpen, setOpen] = useState(false)
  const [isForced, setForced] = useState(false)
  const input = { vmId: vm.vmId, ...(isForced ? { isForced } : {}) }
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: () => client.vm.ejectDisc.mutate({ ...input, idempotencyKey: newIdempotencyKey() }),
    meta: { showsError: true },
    onSuccess: () => setOpen(false),
  })
  const change = (open: boolean) => {
    setOpen(open)
    setForced(false)
    reset()
  }
  const refusal = discRefusal(vm)
  return (
    <>
      <Button size="sm" onClick={() => change(true)} disabledReason={refusal}>
        Eject…
      </Button>
      <ConfirmDialog
        open={isOpen}
        onOpenChange={change}
        title={`Eject ${discName ?? 'the disc'}?`}
        confirmLabel="Eject"
        tone="primary"
        pending={isPending}
        error={error === null ? null : errorLine(error)}
        disabledReason={refusal}
        onConfirm={mutate}
      >
        {vm.run === null ? (
          <p className="text-ink-2 text-sm">The drive of {vm.name} is empty at its next start.</p>
        ) : (
          <ForceSwitch isForced={isForced} onForced={setForced} />
        )}
        <DiscCode procedure="vm.ejectDisc" input={input} />
      </ConfirmDialog>
    </>
  )
}
