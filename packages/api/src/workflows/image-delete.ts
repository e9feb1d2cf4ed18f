/** Deletes an image wherever it lies: mark (refused while machines share its blocks) ─▶ files ─▶ rows. Forward only once marked. */
import { imageIdSchema } from '@berth/core/ids/ids'
import { defineWorkflow } from '@berth/core/workflow/step'
import { operationArgsSchemas } from './operation-args.ts'
import type { WorkflowContext } from './ports.ts'
import { runOnHost } from './run-on-host.ts'
import { hostStepLimits, inPool, rowStepLimits } from './vm-target.ts'

interface ImageDeleteState extends Readonly<Record<string, unknown>> {
  readonly imageId: string
}

export const imageDelete = defineWorkflow<WorkflowContext, ImageDeleteState>({
  kind: 'image.delete',
  version: 1,
  parseInput: (args) => operationArgsSchemas['image.delete'].parse(args),
  steps: [
    {
      name: 'mark',
      title: 'Mark as being deleted',
      isPointOfNoReturn: true,
      ...rowStepLimits,
      do: async ({ images }, { imageId }) => {
        await images.setDeleting(imageId)
        return undefined
      },
      undo: async ({ images }, { imageId }) => images.setUndeleted(imageId),
    },
    {
      name: 'files',
      title: 'Delete its files',
      ...hostStepLimits,
      maxAttempts: 8,
      do: async (context, { imageId }, run) => {
        const image = await context.images.find(imageId)
        for (const { hostId, pool } of image?.replicas ?? []) {
          const command = { kind: 'image.delete', imageId: imageIdSchema.parse(imageId), ...inPool(pool) } as const
          await runOnHost(context.link(hostId), { run, command, part: `${hostId}/${pool}` })
          await context.images.removeReplica(imageId, { hostId, pool })
        }
        return undefined
      },
    },
    {
      name: 'rows',
      title: 'Forget the image',
      ...rowStepLimits,
      do: async ({ images }, { imageId }) => {
        await images.remove(imageId)
        return undefined
      },
    },
  ],
})
