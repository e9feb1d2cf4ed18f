/** Accepts that a machine's disk goes into another pool of its host: whether the machine can, whether the pool can; then a task. */
import { AppError } from '@berth/core/errors/app-error'
import type { DiskPoolChoice } from '@berth/core/migration/disk-plan'
import { ownerScope } from '../trpc/caller.ts'
import type { VmMoveDiskInput } from '../vm/vm-inputs.ts'
import { requireVmView } from '../vm/vm-repo.ts'
import { requireVerb, type Asking } from '../vm/vm-verbs.ts'
import { findDiskPools, type DiskPools } from './disk-pools.ts'

/** Throws as core's table says against the verb, OBJECT_NOT_FOUND, and with the pool's reason and its numbers: POOL_FULL, POOL_UNAVAILABLE. */
export async function moveDisk(asking: Asking, input: VmMoveDiskInput): Promise<{ operationId: string }> {
  const { panel, caller, notes } = asking
  const { vmId, idempotencyKey, ...wanted } = input
  const vm = await requireVmView(panel, vmId, ownerScope(caller))
  notes.targetName = vm.name
  const asked = { kind: 'vm.moveDisk', caller, idempotencyKey, request: { vmId, ...wanted } } as const
  const repeated = await panel.operations.findRepeated(asked)
  if (repeated) return { operationId: repeated.operationId }
  requireVerb('moveDisk', vm)
  const { volumeId, toPool, bandwidthBytesPerSecond, keepsOld } = wanted
  const found = await findDiskPools(panel.db, vmId, volumeId)
  const { needBytes, sentImageBytes } = requirePool(found, toPool)
  const { disk, number } = found
  const bringImages = disk.image !== null && sentImageBytes > 0 ? [{ imageId: disk.image.imageId, pool: toPool }] : []
  const path = { volumeId, number, fromPool: disk.pool, toPool }
  const { operationId } = await panel.operations.start({
    ...asked,
    args: { vmId, ...path, needBytes, bandwidthBytesPerSecond, keepsOld, bringImages },
    target: { vmId, hostId: vm.host?.hostId, name: vm.name, destination: toPool, diskNumber: number },
  })
  return { operationId }
}

function requirePool({ pools }: DiskPools, toPool: string): DiskPoolChoice {
  const found = pools.find(({ choice }) => choice.pool === toPool)
  if (found === undefined) throw new AppError('OBJECT_NOT_FOUND', `Its host has no pool "${toPool}".`)
  const { choice, code } = found
  if (code === null) return choice
  throw new AppError(code, `The disk cannot go into "${toPool}": ${choice.refusal ?? ''}`, { details: { choice } })
}
