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
  const kind = `vm.${verb}` as const
  const asked = await accept(asking, verb, input)
  if (asked.isRepeated) return { operationId: asked.operationId }
  const args = { vmId: asked.target.vmId }
  const { operationId } = await asking.panel.operations.start({ kind, args, ...asked })
  return { operationId }
}

export async function askVmGracefully(
  asking: Asking,
  verb: GracefulVerb,
  input: VerbInput & { readonly timeoutMs: number },
): Promise<{ operationId: string }> {
  const kind = `vm.${verb}` as const
  const asked = await accept(asking, verb, input)
  if (asked.isRepeated) return { operationId: asked.operationId }
  const args = { vmId: asked.target.vmId, timeoutMs: input.timeoutMs }
  const { operationId } = await asking.panel.operations.start({ kind, args, ...asked })
  return { operationId }
}

/** The earlier task of a repeated key, or what a new one needs. Throws what core's table says against the verb. */
async function accept(asking: Asking, verb: PlainVerb | GracefulVerb, input: VerbInput) {
  const { panel, caller, notes } = asking
  const vm = await requireVmView(panel, input.vmId, ownerScope(caller))
  notes.targetName = vm.name
  const { idempotencyKey, ...request } = input
  const asked = { caller, idempotencyKey, request }
  const repeated = await panel.operations.findRepeated({ kind: `vm.${verb}`, ...asked })
  if (repeated) return { isRepeated: true, operationId: repeated.operationId } as const
  requireVerb(verb, vm)
  return { isRepeated: false, ...asked, target: { vmId: vm.vmId, hostId: vm.host?.hostId, name: vm.name } } as const
}

/** Throws the code and the reason of core's table. */
export function requireVerb(verb: VmVerb, vm: VmView): void {
  const answer = mayVm(verb, situationOf(vm))
  if (answer.isAllowed) return
  throw new AppError(answer.code, answer.reason, {
    details: { vmId: vm.vmId, state: vm.state, operation: vm.operation },
  })
}
