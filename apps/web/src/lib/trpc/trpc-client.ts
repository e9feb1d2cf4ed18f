/**
 * The browser's line to the panel: one batched request for what is asked together, one of its own for
 * what must not wait for others (`context: { isAlone: true }`), server-sent events for the stream.
 */
import type { AppRouter } from '@berth/api/root'
import { dropDirection } from './drop-direction.ts'
import {
  createTRPCClient,
  httpBatchLink,
  httpLink,
  httpSubscriptionLink,
  splitLink,
  type TRPCClient,
} from '@trpc/client'

export type PanelClient = TRPCClient<AppRouter>

const url = '/api/trpc'
/** The panel refuses longer batches; see maxBatchSize in server/trpc-handler.ts. */
const maxItems = 20

export function makePanelClient(): PanelClient {
  return createTRPCClient<AppRouter>({
    links: [
      dropDirection,
      splitLink({
        condition: (op) => op.type === 'subscription',
        true: httpSubscriptionLink({ url }),
        false: splitLink({
          condition: (op) => op.context['isAlone'] === true,
          true: httpLink({ url }),
          false: httpBatchLink({ url, maxItems, maxURLLength: 4_000 }),
        }),
      }),
    ],
  })
}
