import type { AppRouter } from '@berth/api/root'
import type { TRPCLink } from '@trpc/client'

/** tRPC adds the direction of an infinite query to its input; the panel's inputs are strict, and its lists only go on. */
export const dropDirection: TRPCLink<AppRouter> =
  () =>
  ({ op, next }) =>
    next({ ...op, input: withoutDirection(op.input) })

function withoutDirection(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('direction' in input)) return input
  const { direction: _direction, ...rest } = input
  return rest
}
