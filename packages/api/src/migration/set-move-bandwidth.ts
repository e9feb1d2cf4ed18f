/** Changes how fast a move that is under way may send: told to the source's agent at once, and nothing is written. */
import { agentContract } from '@berth/core/agent-contract/agent-contract'
import { AppError } from '@berth/core/errors/app-error'
import { operationIdSchema, vmIdSchema } from '@berth/core/ids/ids'
import { ownerScope } from '../trpc/caller.ts'
import type { VmSetMoveBandwidthInput } from '../vm/vm-inputs.ts'
import { requireVmView } from '../vm/vm-repo.ts'
import type { Asking } from '../vm/vm-verbs.ts'
import { findMove } from './move-row-repo.ts'

/** Throws VM_STATE_CONFLICT while no memory of it is sent, AGENT_INCOMPATIBLE, HOST_UNREACHABLE. */
export async function setMoveBandwidth(
  { panel, caller, notes }: Asking,
  { vmId, bandwidthBytesPerSecond }: VmSetMoveBandwidthInput,
): Promise<{ operationId: string }> {
  const vm = await requireVmView(panel, vmId, ownerScope(caller))
  notes.targetName = vm.name
  const operationId = vm.operation?.kind === 'vm.migrate' ? vm.operation.operationId : null
  const found = operationId === null ? null : await findMove(panel.db, operationId)
  if (operationId === null || found === null) throw new AppError('VM_STATE_CONFLICT', 'The machine is not being moved.')
  const link = panel.agents.link(found.move.source.hostId)
  const moveId = operationIdSchema.parse(operationId)
  const told = { vmId: vmIdSchema.parse(vmId), moveId, bandwidthBytesPerSecond }
  await link.call(agentContract.move.setBandwidth, told)
  return { operationId }
}
