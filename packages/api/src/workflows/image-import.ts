/** Brings an image to a host: record (rows, when it was accepted) ─▶ import ─▶ publish. A failed one stays visible as failed. */
import type { ImageSource } from '@berth/core/agent-contract/agent-commands'
import { hostIdSchema, imageIdSchema } from '@berth/core/ids/ids'
import { imageObservationSchema } from '@berth/core/image/image'
import { AppError } from '@berth/core/errors/app-error'
import { defineWorkflow } from '@berth/core/workflow/step'
import { operationArgsSchemas } from './operation-args.ts'
import type { WorkflowContext } from './ports.ts'
import { runOnHost } from './run-on-host.ts'
import { hostStepLimits, inPool, rowStepLimits } from './vm-target.ts'

interface ImageImportState extends Readonly<Record<string, unknown>> {
  readonly imageId: string
  readonly hostId: string
  readonly pool: string
  readonly source: ImageSource
  readonly seen?: unknown
}

export const imageImport = defineWorkflow<WorkflowContext, ImageImportState>({
  kind: 'image.import',
  version: 1,
  parseInput: (args) => operationArgsSchemas['image.import'].parse(args),
  steps: [
    {
      name: 'record',
      title: 'Record the image',
      isDoneOnAccept: true,
      ...rowStepLimits,
      do: async ({ images }, { imageId, hostId, pool }) => {
        await images.setReplica(imageId, { hostId, pool, state: 'importing' })
        return undefined
      },
      undo: async ({ images }, { imageId, hostId, pool }, run) => {
        await images.removeReplica(imageId, { hostId, pool })
        const reason = run.because ?? new AppError('OPERATION_INTERRUPTED', 'The import did not end.').toWire()
        await images.setFailed(imageId, reason)
      },
    },
    {
      name: 'import',
      title: 'Download, check and convert',
      ...hostStepLimits,
      timeoutMs: 6 * 3_600_000,
      weight: 98,
      do: async (context, { imageId, hostId, pool, source }, run) => {
        const command = { kind: 'image.import', imageId: imageIdSchema.parse(imageId), pool, source } as const
        const result = await runOnHost(context.link(hostIdSchema.parse(hostId)), { run, command })
        return { seen: imageObservationSchema.parse(result) }
      },
      undo: async (context, { imageId, hostId, pool }, run) => {
        const command = { kind: 'image.delete', imageId: imageIdSchema.parse(imageId), ...inPool(pool) } as const
        await runOnHost(context.link(hostId), { run, command })
      },
    },
    {
      name: 'publish',
      title: 'Publish',
      ...rowStepLimits,
      do: async ({ images }, { imageId, hostId, pool, seen }) => {
        await images.setReady(imageId, imageObservationSchema.parse(seen))
        await images.setReplica(imageId, { hostId, pool, state: 'ready' })
        return undefined
      },
    },
  ],
})
