'use client'
/**
 * A verb on one machine as buttons and menus need it. Whether it may be used, and why not, comes from core's table alone;
 * what happens next comes back as events, so nothing is guessed ahead of the panel's answer.
 */
import { Button, type ButtonProps } from '@berth/ui/button'
import { MenuItem } from '@berth/ui/dropdown-menu'
import { mayVm } from '@berth/core/vm/vm-can'
import { situationOf } from '@berth/core/vm/vm-situation'
import type { VmView } from '@berth/core/vm/vm-view'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { newIdempotencyKey } from '../../lib/idempotency-key.ts'
import { useTRPCClient } from '../../lib/trpc/trpc-context.ts'

export type PowerVerb = 'start' | 'shutdown' | 'stop' | 'reboot' | 'reset' | 'pause' | 'resume'
export type MachineVerb = PowerVerb | 'delete'

export interface VmVerbHandle {
  label: string
  icon: ReactNode
  /** Why it cannot be used now, or null. */
  disabledReason: string | null
  isPending: boolean
  tone?: 'danger' | undefined
  /** Does it, or opens its dialog. */
  act: () => void
  /** To be rendered beside the button, outside of any menu, which takes its content with it when it closes. */
  dialog: ReactNode
}

/** What a verb says no with on this machine, or null. */
export function refusalOf(verb: MachineVerb | 'migrate' | 'moveDisk', vm: VmView): string | null {
  const answer = mayVm(verb, situationOf(vm))
  return answer.isAllowed ? null : answer.reason
}

/** `showsError`: the caller shows the failure where it was asked for; else it becomes a toast. */
export function useVerbMutation(verb: MachineVerb, showsError = false) {
  const client = useTRPCClient()
  return useMutation({
    mutationKey: ['vm', verb],
    mutationFn: (vmId: string) => client.vm[verb].mutate({ vmId, idempotencyKey: newIdempotencyKey() }),
    meta: { showsError },
  })
}

/** A verb that needs no question. */
export function usePlainVerb(vm: VmView, verb: PowerVerb, looks: Pick<VmVerbHandle, 'label' | 'icon'>): VmVerbHandle {
  const { mutate, isPending } = useVerbMutation(verb)
  return {
    ...looks,
    disabledReason: refusalOf(verb, vm),
    isPending,
    act: () => mutate(vm.vmId),
    dialog: null,
  }
}

type LooksProps = Pick<ButtonProps, 'variant' | 'size' | 'className'>

export function VerbButton({ handle, ...looks }: LooksProps & { handle: VmVerbHandle }) {
  return (
    <>
      <Button {...looks} onClick={handle.act} pending={handle.isPending} disabledReason={handle.disabledReason}>
        {handle.icon}
        {handle.label}
      </Button>
      {handle.dialog}
    </>
  )
}

/** Only the item: the menu's owner renders `handle.dialog` outside of the menu. */
export function VerbMenuItem({ handle }: { handle: VmVerbHandle }) {
  return (
    <MenuItem icon={handle.icon} onSelect={handle.act} disabledReason={handle.disabledReason} tone={handle.tone}>
      {handle.label}
    </MenuItem>
  )
}

export interface MachineActionProps extends LooksProps {
  vm: VmView
}
