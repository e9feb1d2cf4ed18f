/** What the agent keeps of moves on disk, besides the machines' own records (vm-record.ts). */
import { movePassportSchema } from '@berth/core/agent-contract/move-commands'
import { hostIdSchema, operationIdSchema, vmIdSchema } from '@berth/core/ids/ids'
import { diskDoorSchema, diskFreightSchema } from '@berth/core/migration/move-disks'
import { moveReportSchema } from '@berth/core/migration/move-progress'
import { z } from 'zod'
import { runRecordSchema } from '../vm/vm-record.ts'

/** incoming/<vmId>.json: a QEMU that waits here for a machine. It is no machine until that is taken. */
export const incomingRecordSchema = z.object({
  version: z.literal(1),
  vmId: vmIdSchema,
  moveId: operationIdSchema,
  /** Under which it will be this host's. */
  epoch: z.int().positive(),
  sourceHostId: hostIdSchema,
  tokenHash: z.string(),
  /** It is only played: whoever asks, it is not taken. */
  isRehearsal: z.boolean().optional(),
  passport: movePassportSchema,
  uid: z.int().positive(),
  /** Null while it is being started: found so by the next agent, it is undone. */
  run: runRecordSchema.nullable(),
  memory: z.object({ host: z.string(), port: z.int() }).nullable(),
  /** Of this host, in the network that machines come by; null: by which others reach it otherwise. */
  address: z.string().nullable().default(null),
  /** Made here for it, and removed again unless it is taken. */
  disks: diskFreightSchema.default([]),
  door: diskDoorSchema.nullable().default(null),
  /** It was taken before its memory, which still comes: kept, with the move's key, until all is there. */
  hasComeEarly: z.boolean().optional(),
})
export type IncomingRecord = z.infer<typeof incomingRecordSchema>

/** moved/<vmId>.json: where a machine went that was here. */
export const movedNoteSchema = z.object({
  vmId: vmIdSchema,
  moveId: operationIdSchema,
  hostId: hostIdSchema,
  epoch: z.int().positive(),
  at: z.iso.datetime(),
  report: moveReportSchema,
  /** Of one that went ahead of its memory: why not all of that followed. */
  loss: z.string().nullable().default(null),
})
export type MovedNote = z.infer<typeof movedNoteSchema>

/** verdicts/<moveId>.json: what this host answered to a move, and will answer for ever. */
export const moveVerdictSchema = z.object({
  moveId: operationIdSchema,
  vmId: vmIdSchema,
  status: z.enum(['taken', 'refused']),
  reason: z.string(),
  at: z.iso.datetime(),
})
export type MoveVerdict = z.infer<typeof moveVerdictSchema>
