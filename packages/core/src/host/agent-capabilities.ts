/** What agents may say of themselves beyond their contract version; see agent-fit.ts. */
import { z } from 'zod'

export const agentCapabilities = [
  'consoles',
  'metrics',
  'renewal',
  'refusals',
  'moves',
  'pools',
  'move-options',
  'forecast',
  'mirror',
  'off-moves',
  'move-network',
  'nfs-pools',
  'image-transfer',
  'disk-moves',
] as const
export type AgentCapability = (typeof agentCapabilities)[number]

export const agentFitSchema = z.discriminatedUnion('kind', [
  /** It has not spoken yet. */
  z.object({ kind: z.literal('unknown') }),
  z.object({ kind: z.literal('whole') }),
  z.object({ kind: z.literal('partial'), missing: z.array(z.enum(agentCapabilities)) }),
  /** Versions of the contract that each speaks: nothing goes on with this host until they are the same. */
  z.object({ kind: z.literal('incompatible'), agentVersion: z.int(), panelVersion: z.int() }),
])
export type AgentFit = z.infer<typeof agentFitSchema>
