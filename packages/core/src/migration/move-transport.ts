/** How a machine's memory travels between two QEMUs: both must be told the same before the first byte. */
import { z } from 'zod'

export const moveTransportSchema = z.strictObject({
  /** Connections side by side (multifd). One for a link that one processor core fills. */
  streams: z.int().min(1).max(16),
  /** Costs processor time on both hosts: pays on a slow link, and only where memory is not random. */
  compression: z.enum(['none', 'zlib', 'zstd']),
})
export type MoveTransport = z.infer<typeof moveTransportSchema>

export const plainTransport: MoveTransport = { streams: 1, compression: 'none' }

/** QEMU compresses in its parallel streams only, be it one. */
export const usesStreams = ({ streams, compression }: MoveTransport): boolean => streams > 1 || compression !== 'none'
