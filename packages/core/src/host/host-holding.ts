/** What keeps a host from being removed: the details of HOST_IN_USE, as `{holdings: HostHolding[]}`. */
import { z } from 'zod'

export const hostHoldingSchema = z.object({
  kind: z.enum(['machine', 'image', 'network', 'disk']),
  count: z.int().positive(),
  /** The first of them by name. */
  items: z.array(z.object({ id: z.string(), name: z.string() })),
})
export type HostHolding = z.infer<typeof hostHoldingSchema>

const words = { machine: 'machine', image: 'image', network: 'network', disk: 'kept disk' } as const

/** "3 machines, 1 image" */
export function holdingsText(holdings: readonly HostHolding[]): string {
  return holdings.map(({ kind, count }) => `${count} ${words[kind]}${count === 1 ? '' : 's'}`).join(', ')
}
