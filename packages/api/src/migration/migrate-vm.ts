/** Accepts the move of a machine: who may, whether the machine can, whether the host can; then a task. */
import type { HostId } from '@berth/core/ids/ids'
import { sentDiskBytes } from '@berth/core/migration/disk-plan'
import type { HostFitness } from '@berth/core/migration/move-fitness'
import { policyFor } from '@berth/core/migration/move-policy'
import { AppError } from '@berth/core/errors/app-error'
import { ownerScope } from '../trpc/caller.ts'
import type { Panel } from '../trpc/panel.ts'
import type { VmMigrateInput } from '../vm/vm-inputs.ts'
import { requireVmHost, requireVmView } from '../vm/vm-repo.ts'
import { requireVerb, type Asking } from '../vm/vm-verbs.ts'
import { bestOf } from '../placement/host-fitness.ts'
import { broughtImagesOf, movedDisksOf } from './moved-disks.ts'
import { requireMoveOptions } from './move-options-repo.ts'
import { insertMove } from './move-row-repo.ts'
import { findMoveTargets, requireFitHost } from './move-targets.ts'

export interface MoveTargets {
  readonly hosts: readonly HostFitness[]
  readonly bestHostId: HostId | null
}

/** Nothing is reserved by asking. Throws VM_NOT_FOUND. */
export async function moveTargetsOf({ db }: Panel, vmId: string): Promise<MoveTargets> {
  const hosts = await findMoveTargets(db, vmId)
  return { hosts, bestHostId: bestOf(hosts)?.hostId ?? null }
}

/** Throws HOST_UNFIT with the reasons, HOST_NOT_FOUND, INPUT_INVALID for what does not go together, and as core's table says against the verb. */
export async function migrateVm(asking: Asking, input: VmMigrateInput): Promise<{ operationId: string }> {
  const { panel, caller, notes } = asking
  const { vmId, idempotencyKey, ...wanted } = input
  const vm = await requireVmView(panel, vmId, ownerScope(caller))
  notes.targetName = vm.name
  const asked = { kind: 'vm.migrate', caller, idempotencyKey, request: { vmId, ...wanted } } as const
  const repeated = await panel.operations.findRepeated(asked)
  if (repeated) return { operationId: repeated.operationId }
  requireVerb('migrate', vm)
  const { ownerEpoch } = await requireVmHost(panel.db, vmId, ownerScope(caller))
  if (vm.host === null) throw new AppError('VM_STATE_CONFLICT', 'The machine is on no host.')
  const source = vm.host
  const target = requireFitHost(await findMoveTargets(panel.db, vmId, wishesOf(input)), input.targetHostId)
  const { bandwidthBytesPerSecond, transport } = wanted
  const disks = movedDisksOf(target.disks)
  const policy = policyFor(vm, { chosen: wanted.policy, hasFreight: disks.length > 0 })
  const isOff = vm.run === null
  const hostIds = [source.hostId, target.hostId]
  // A machine that is off has no memory to send.
  if (!isOff) await requireMoveOptions(panel.db, { policy, transport, hostIds, hasFreight: disks.length > 0 })
  const path = { vmId, sourceHostId: source.hostId, targetHostId: target.hostId }
  const diskBytes = sentDiskBytes(target.disks.flatMap((plan) => (plan.kind === 'travels' ? [plan] : [])))
  const forecast = panel.measures.forecast(path, { policy, capBytesPerSecond: bandwidthBytesPerSecond, diskBytes })
  const { operationId } = await panel.operations.start({
    ...asked,
    args: {
      vmId,
      sourceHostId: source.hostId,
      targetHostId: target.hostId,
      vmEpoch: ownerEpoch,
      policy,
      bandwidthBytesPerSecond,
      transport,
      disks,
      bringImages: broughtImagesOf(target.disks),
      isOff,
    },
    target: { vmId, hostId: target.hostId, name: vm.name, destination: target.name },
    accept: (tx, operationId) => insertMove(tx, { operationId, vmId, source, target, policy, forecast }),
  })
  return { operationId }
}

/** The same pool's name means something else on each host. */
function wishesOf({ targetHostId, disks }: VmMigrateInput): VmMigrateInput['disks'] {
  if (disks.length > 0 && targetHostId === null) {
    throw new AppError('INPUT_INVALID', 'Name the host whose pools the disks shall go into.')
  }
  return disks
}
