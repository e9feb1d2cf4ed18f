'use client'
import { ConfirmDialog } from '@berth/ui/confirm-dialog'
import type { VmView } from '@berth/core/vm/vm-view'
import { type ReactNode, useState } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { type MachineVerb, refusalOf, useVerbMutation, type VmVerbHandle } from './vm-verb.tsx'

export interface AskedVerb {
  verb: MachineVerb
  label: string
  icon: ReactNode
  tone?: 'danger' | undefined
  title: string
  confirmLabel: string
  typeToConfirm?: string | undefined
  /** What will happen and what may be lost. */
  children: ReactNode
  onDone?: (() => void) | undefined
}

/** A verb that may lose something, so it asks first; a failure stays in its dialog. */
export function useAskedVerb(vm: VmView, asked: AskedVerb): VmVerbHandle {
  const [isOpen, setIsOpen] = useState(false)
  const { mutate, isPending, error, reset } = useVerbMutation(asked.verb, true)
  const refusal = refusalOf(asked.verb, vm)
  const change = (open: boolean) => {
    setIsOpen(open)
    reset()
  }
  const confirm = () =>
    mutate(vm.vmId, {
      onSuccess: () => {
        setIsOpen(false)
        asked.onDone?.()
      },
    })
  return {
    label: asked.label,
    icon: asked.icon,
    tone: asked.tone,
    disabledReason: refusal,
    isPending: false,
    act: () => change(true),
    dialog: (
      <ConfirmDialog
        open={isOpen}
        onOpenChange={change}
        title={asked.title}
        confirmLabel={asked.confirmLabel}
        typeToConfirm={asked.typeToConfirm}
        pending={isPending}
        error={error === null ? null : errorLine(error)}
        disabledReason={refusal}
        onConfirm={confirm}
      >
        {asked.children}
      </ConfirmDialog>
    ),
  }
}
