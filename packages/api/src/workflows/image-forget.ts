/**
 * Forgets one copy of an image that no machine of its host has used for long, and that is not the only one: mark (refused when
 * somebody uses it by now) ─▶ file ─▶ row. Until its file is removed it is taken back by any failure.
 */
import { hostIdSchema, imageIdSchema } from '@berth/core/ids/ids'
import { defineWorkflow } from '@berth/core/workflow/step'
import { operationArgsSchemas } from './operation-args.ts'
import type { WorkflowContext } from './ports.ts'
import { runOnHost } from './run-on-host.ts'
import { hostStepLimits, inPool, rowStepLimits } from './vm-target.ts'

interface ImageForgetState extends Readonly<Record<string, unknown>> {
  readonly imageId: string
  readonly hostId: string
  readonly pool: string
}

export const imageForget = defineWorkflow<WorkflowContext, ImageForgetState>({
  kind: 'image.forget',
  version: 1,
  parseInput: (args) => operationArgsSchemas['image.forget'].parse(args),
  steps: [
    {
      name: 'mark',
      title: 'Take it out of use',
      ...rowStepLimits,
      do: async ({ images }, { imageId, hostId, pool }) => {
        await images.setForgetting(imageId, { hostId, pool })
        return undefined
      },
      undo: async ({ images }, { imageId, hostId, pool }) => images.setKept(imageId, { hostId, pool }),
    },
    {
      name: 'file',
      title: 'Remove its file',
      isPointOfNoReturn: true,
      ...hostStepLimits,
      // The agent refuses it while a machine there lies on it, whatever the rows say.
      do: async (context, { imageId, hostId, pool }, run) => {
        const command = { kind: 'image.delete', imageId: imageIdSchema.parse(imageId), ...inPool(pool) } as const
        await runOnHost(context.link(hostIdSchema.parse(hostId)), { run, command })
        return undefined
      },
    },
    {
      name: 'row',
      title: 'Forget the copy',
      ...rowStepLimits,
      do: async ({ images }, { imageId, hostId, pool }) => {
        await images.removeReplica(imageId, { hostId, pool })
        return undefined
      },
    },
  ],
})
