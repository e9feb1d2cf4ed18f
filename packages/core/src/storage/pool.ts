/** Pools as the panel shows them: a host's own once for that host, a shared one once with all its hosts. */
import { z } from 'zod'
import { hostStateSchema } from '../host/host.ts'
import { hostIdSchema, poolIdSchema } from '../ids/ids.ts'
import { poolSourceSchema } from './pool-source.ts'
import { poolNameSchema } from './volume.ts'

export const poolHostSchema = z.object({
  hostId: hostIdSchema,
  name: z.string(),
  state: hostStateSchema,
  /** Where the pool is on this host; the same pool may be mounted elsewhere on another. */
  path: z.string(),
  problem: z.string().nullable(),
  supportsDirectIo: z.boolean(),
  /** Machines of this host with a disk in the pool. */
  vmCount: z.int(),
  seenAt: z.iso.datetime(),
})
export type PoolHost = z.infer<typeof poolHostSchema>

export const poolViewSchema = z.object({
  /** Null for a host's own pool. */
  poolId: poolIdSchema.nullable(),
  name: poolNameSchema,
  /** What each host's agent mounts for it; null for a directory. */
  source: poolSourceSchema.nullable(),
  /** By name; none for a shared pool that is just being made. */
  hosts: z.array(poolHostSchema),
  /** Of a shared pool as the host last saw it that sees it now. */
  totalBytes: z.int(),
  freeBytes: z.int(),
  /** What all disks in it may grow to, of whichever host. */
  committedBytes: z.int(),
})
export type PoolView = z.infer<typeof poolViewSchema>

/** What one host found at a path. */
export const poolTestSchema = z.object({
  hostId: hostIdSchema,
  name: z.string(),
  verdict: z.enum(['can', 'warning', 'cannot']),
  text: z.string(),
})
export type PoolTest = z.infer<typeof poolTestSchema>
