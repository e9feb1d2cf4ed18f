/**
 * Brings a disk into another pool of its machine's host (docs/decisions/0023): image (where the disk lies over one that is not
 * there) ─▶ move ─▶ publish ─▶ define. The host's agent decides when the disk is in the other pool, by itself, in its own record;
 * from then on the rows follow.
 */
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import { volumeIdSchema } from '@berth/core/ids/ids'
import type { BroughtImage } from '@berth/core/migration/disk-plan'
import { defineWorkflow } from '@berth/core/workflow/step'
import { FinalFailure } from '../migration/final-failure.ts'
import { bringImages, imageStepLimits } from './bring-image.ts'
import { operationArgsSchemas } from './operation-args.ts'
import type { WorkflowContext } from './ports.ts'
import { afterwardsLimits, commandVm, defineVm, requireVm, targetOf } from './vm-target.ts'

interface VmMoveDiskState extends Readonly<Record<string, unknown>> {
  readonly vmId: string
  readonly volumeId: string
  readonly toPool: string
  readonly bandwidthBytesPerSecond: number | null
  readonly keepsOld: boolean
  readonly bringImages: readonly BroughtImage[]
}

/** A large disk of a guest that writes much takes hours. */
const moveLimits = { timeoutMs: 12 * 3_600_000, maxAttempts: 6, backoffMs: 1_000 } as const

export const vmMoveDisk = defineWorkflow<WorkflowContext, VmMoveDiskState>({
  kind: 'vm.moveDisk',
  version: 1,
  parseInput: (args) => operationArgsSchemas['vm.moveDisk'].parse(args),
  steps: [
    {
      name: 'image',
      title: 'Bring its image there first',
      ...imageStepLimits,
      weight: 10,
      isNeeded: ({ bringImages: images }) => images.length > 0,
      // Not undone: another machine in that pool may lie on it already.
      do: async (context, { vmId, bringImages: images }, run) => {
        const { hostId } = await requireVm(context, vmId)
        await bringImages(context, { hostId, images }, run)
        return undefined
      },
    },
    {
      name: 'move',
      title: 'Copy it, and go on with the copy',
      ...moveLimits,
      weight: 90,
      isPointOfNoReturn: true,
      do: async (context, { vmId, volumeId, toPool, bandwidthBytesPerSecond, keepsOld }, run) => {
        const vm = await requireVm(context, vmId)
        const command = {
          ...({ kind: 'volume.move', ...targetOf(vm), volumeId: volumeIdSchema.parse(volumeId), toPool } as const),
          ...{ bandwidthBytesPerSecond, keepsOld },
        }
        await commandVm({ context, vm, run }, command).catch(believeFailure)
        return undefined
      },
    },
    {
      name: 'publish',
      title: 'Record its pool',
      ...afterwardsLimits,
      do: async ({ vms }, { vmId, volumeId, toPool: pool }) => {
        await vms.setDiskPool(vmId, { volumeId, pool })
        return undefined
      },
    },
    {
      name: 'define',
      title: 'Tell its host',
      ...afterwardsLimits,
      // The host has the disk there in any case; this gives its record the number of the row.
      do: async (context, { vmId }, run) => {
        await defineVm({ context, vm: await requireVm(context, vmId), run })
        return undefined
      },
    },
  ],
})

/** What QEMU has tried and said no to, it would copy all of it again for. Whoever asked may ask again. */
function believeFailure(error: unknown): never {
  if (error instanceof AppError && hasErrorCode(error, 'MOVE_FAILED', 'MOVE_NOT_CONVERGING'))
    throw new FinalFailure(error)
  throw error
}
