/** Accepts the rehearsal of a move: the same questions as for the move, and a task that leaves nothing behind. */
import { AppError } from '@berth/core/errors/app-error'
import { policyFor } from '@berth/core/migration/move-policy'
import { ownerScope } from '../trpc/caller.ts'
import { broughtImagesOf, movedDisksOf } from '../migration/moved-disks.ts'
import { requireMoveOptions } from '../migration/move-options-repo.ts'
import { findMoveTargets, requireFitHost } from '../migration/move-targets.ts'
import { requireAbleHosts } from './able-hosts-repo.ts'
import type { VmRehearseInput } from '../vm/vm-inputs.ts'
import { requireVmHost, requireVmView } from '../vm/vm-repo.ts'
import { requireVerb, type Asking } from '../vm/vm-verbs.ts'

/** Throws as migrateVm; AGENT_INCOMPATIBLE for agents that cannot rehearse. */
export async function rehearseVm(asking: Asking, input: VmRehearseInput): Promise<{ operationId: string }> {
  const { panel, caller, notes } = asking
  const { vmId, idempotencyKey, ...wanted } = input
  const vm = await requireVmView(panel, vmId, ownerScope(caller))
  notes.targetName = vm.name
  const asked = { kind: 'vm.rehearse', caller, idempotencyKey, request: { vmId, ...wanted } } as const
  const repeated = await panel.operations.findRepeated(asked)
  if (repeated) return { operationId: repeated.operationId }
  requireVerb('migrate', vm)
  if (vm.run === null) throw new AppError('VM_STATE_CONFLICT', 'Only the move of a machine that is on is rehearsed.')
  const { ownerEpoch } = await requireVmHost(panel.db, vmId, ownerScope(caller))
  if (vm.host === null) throw new AppError('VM_STATE_CONFLICT', 'The machine is on no host.')
  const { transport, disks: wishes } = wanted
  const target = requireFitHost(await findMoveTargets(panel.db, vmId, wishes), input.targetHostId)
  const disks = movedDisksOf(target.disks)
  const policy = policyFor(vm, { chosen: wanted.policy, hasFreight: disks.length > 0 })
  const sides = { sourceHostId: vm.host.hostId, targetHostId: target.hostId }
  await requireMoveOptions(panel.db, { policy, transport, hostIds: Object.values(sides), hasFreight: disks.length > 0 })
  await requireAbleHosts(panel.db, sides)
  const { operationId } = await panel.operations.start({
    ...asked,
    args: { vmId, ...sides, vmEpoch: ownerEpoch, policy, transport, disks, bringImages: broughtImagesOf(target.disks) },
    target: { vmId, hostId: target.hostId, name: vm.name, destination: target.name },
  })
  return { operationId }
}
