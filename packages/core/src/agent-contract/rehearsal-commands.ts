/**
 * A move that is only played: the target's QEMU really starts and waits, and the source finds out whether its memory would
 * get there. Nothing of the machine is sent, and what waited is ended. Only to agents with the capability "forecast".
 *
 *   panel → target  move.prepare   with `isRehearsal`: never taken, whoever asks
 *   panel → source  move.rehearse  what its QEMU says against a move, and a real handshake with the one that waits
 *   panel → target  move.abandon
 */
import { z } from 'zod'
import { hostIdSchema, operationIdSchema, vmIdSchema } from '../ids/ids.ts'
import { movePolicySchema } from '../migration/move-policy.ts'
import { moveTransportSchema } from '../migration/move-transport.ts'

/** Where a host's agent is reached by others. */
export const hostDoorSchema = z.strictObject({
  hostId: hostIdSchema,
  address: z.string().min(1).max(253),
  port: z.int().min(1).max(65_535),
})

export const moveRehearseSchema = z.strictObject({
  kind: z.literal('move.rehearse'),
  vmId: vmIdSchema,
  vmEpoch: z.int().nonnegative(),
  moveId: operationIdSchema,
  /** As the move would have them: what QEMU must be able to do follows from both. */
  policy: movePolicySchema,
  transport: moveTransportSchema,
  /** Null: only what this QEMU says is asked. */
  target: hostDoorSchema
    .extend({
      memory: z.strictObject({ host: z.string().min(1).max(253), port: z.int().min(1).max(65_535) }),
      /** Of the QEMU that waits. Never logged, never in argv. */
      tlsKey: z.string().regex(/^[0-9a-f]{64}$/),
    })
    .nullable(),
})

export const moveRehearsalSchema = z.object({
  /** Null where no target was named. */
  path: z
    .object({
      /** From agent to agent, which the hand-over needs. */
      agentRoundTripMs: z.number().nonnegative(),
      /** From the connection to the end of the handshake with the QEMU that waits. */
      handshakeMs: z.number().nonnegative(),
      /** As TLS has agreed on it: "TLSv1.2, PSK-AES256-GCM-SHA384". */
      cipher: z.string(),
    })
    .nullable(),
})
export type MoveRehearsal = z.infer<typeof moveRehearsalSchema>
