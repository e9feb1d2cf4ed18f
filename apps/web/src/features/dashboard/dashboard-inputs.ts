/** What the dashboard asks for, on the server and in the browser alike, so that the browser finds it in its cache. */
import type { AppRouter } from '@berth/api/root'
import type { inferRouterInputs } from '@trpc/server'

type Inputs = inferRouterInputs<AppRouter>

/** By state, which puts the crashed ones first: those that do not fit are in less trouble. */
export const troubledInput: Inputs['vm']['list'] = {
  limit: 50,
  filter: { query: 'needs:attention' },
  sort: { by: 'state', direction: 'asc' },
}
export const failedInput: Inputs['operation']['list'] = { limit: 20, filter: { status: ['failed', 'interrupted'] } }
/** Of all: the same question as the machine list's without a filter. */
export const countsInput: Inputs['vm']['counts'] = { filter: {} }
export const recentInput = { limit: 8 } as const
export const allInput = { limit: 200 } as const
