/**
 * The agent's event stream (tRPC subscription over SSE, tracked ids).
 *
 * An id is "<stream>:<sequence>". A reader that comes back with an id that the agent still has goes on after it; any
 * other reader first gets one `host.snapshot` with all there is, then what follows. Samples are not kept: a reader gets
 * those that happen while it listens.
 */
import { z } from 'zod'
import { hostFactsSchema, hostGaugesSchema } from '../host/host.ts'
import { vmIdSchema } from '../ids/ids.ts'
import { imageObservationSchema } from '../image/image.ts'
import { vmSampleSchema } from '../metrics/metric-series.ts'
import { poolObservationSchema } from '../storage/volume.ts'
import { vmObservationSchema } from '../vm/vm-observation.ts'
import { stepKeySchema, stepProgressSchema, stepReportSchema } from './step-report.ts'

export const hostSnapshotSchema = z.object({
  facts: hostFactsSchema,
  vms: z.array(vmObservationSchema),
  pools: z.array(poolObservationSchema),
  images: z.array(imageObservationSchema),
  /** The agent's clock when it spoke, for the skew. */
  at: z.iso.datetime(),
})
export type HostSnapshot = z.infer<typeof hostSnapshotSchema>

export const agentEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('host.snapshot'), snapshot: hostSnapshotSchema }),
  z.object({
    kind: z.literal('host.beat'),
    gauges: hostGaugesSchema,
    pools: z.array(poolObservationSchema),
    /** Only when they are others than before: something was installed, or plugged in. */
    facts: hostFactsSchema.optional(),
  }),
  z.object({ kind: z.literal('vm.observed'), vm: vmObservationSchema }),
  z.object({ kind: z.literal('vm.removed'), vmId: vmIdSchema, epoch: z.int(), generation: z.int() }),
  z.object({ kind: z.literal('vm.sampled'), at: z.iso.datetime(), samples: z.record(vmIdSchema, vmSampleSchema) }),
  z.object({ kind: z.literal('step.progressed'), key: stepKeySchema, progress: stepProgressSchema }),
  z.object({ kind: z.literal('step.ended'), key: stepKeySchema, report: stepReportSchema }),
])
export type AgentEvent = z.infer<typeof agentEventSchema>
export type AgentEventKind = AgentEvent['kind']
