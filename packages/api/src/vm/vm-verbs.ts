/** The power verbs and deletion: one guard from core's table, then a task. */
import { AppError } from '@berth/core/errors/app-error'
import type { VmVerb } from '@berth/core/vm/vm-can'
import { mayVm } from '@berth/core/vm/vm-can'
import { situationOf, type VmView } from '@berth/core/vm/vm-view'
import { ownerScope, type Caller } from '../trpc/caller.ts'
import type { AuditNotes, Panel } from '../trpc/panel.ts'
import { requireVmView } from './vm-repo.ts'

type PlainVerb = 'start' | 'stop' | 'reset' | 'pause' | 'resume' | 'delete'
type GracefulVerb = 'shutdown' | 'reboot'

interface VerbInput {
  readonly vmId: string
  readonly idempotencyKey?: string | undefined
}

export interface Asking {
  readonly panel: Panel
  readonly caller: Caller
  readonly notes: AuditNotes
}

export async function askVm(asking: Asking, verb: PlainVerb, input: VerbInput): Promise<{ operationId: string }> {
  const vm = await requireAsked(asking, verb, input)
  const { operationId } = await asking.panel.operations.start({
    kind: `vm.${verb}`,
    args: { vmId: vm.vmId },
    ...commonOf(asking, vm, input),
  })
  return { operationId }
}

export async function askVmGracefully(
  asking: Asking,
  verb: GracefulVerb,
  input: VerbInput & { readonly timeoutMs: number },
): Promise<{ operationId: string }> {
  const vm = await requireAsked(asking, verb, input)
  const { operationId } = await asking.panel.operations.start({
    kind: `vm.${verb}`,
    args: { vmId: vm.vmId, timeoutMs: input.timeoutMs },
    ...commonOf(asking, vm, input),
  })
  return { operationId }
}

function commonOf(asking: Asking, vm: VmView, input: VerbInput) {
  const { idempotencyKey, ...request } = input
  return {
    target: { vmId: vm.vmId, hostId: vm.host?.hostId, name: vm.name },
    caller: asking.caller,
    idempotencyKey,
    request,
  }
}

/**
 * A repeated key must find its task although the machine's state has moved on, so a keyed request is judged by its state
 * only when it is new; see operations.findByKey.
 */
async function requireAsked(asking: Asking, verb: PlainVerb | GracefulVerb, input: VerbInput): Promise<VmView> {
  const { panel, caller, notes } = asking
  const vm = await requireVmView(panel, input.vmId, ownerScope(caller))
  notes.targetName = vm.name
  const isRepeated = await panel.operations.isKnownKey(caller, input.idempotencyKey)
  if (!isRepeated) requireVerb(verb, vm)
  return vm
}

/** Throws the code and the reason of core's table. */
export function requireVerb(verb: VmVerb, vm: VmView): void {
  const answer = mayVm(verb, situationOf(vm))
  if (answer.isAllowed) return
  throw new AppError(answer.code, answer.reason, {
    details: { vmId: vm.vmId, state: vm.state, operation: vm.operation },
  })
}
