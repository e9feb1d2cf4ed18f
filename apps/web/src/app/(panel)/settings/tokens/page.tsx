import { TokenSettings } from '../../../../features/settings/token-settings.tsx'
import { paths } from '../../../../lib/paths.ts'
import { Hydrate } from '../../../../lib/trpc/hydrate.tsx'
import { requireViewer, serverQueries } from '../../../../lib/trpc/server-queries.ts'

export default async function TokensPage() {
  await requireViewer(paths.settings('tokens'))
  const { queryClient, trpc } = await serverQueries()
  await queryClient.prefetchInfiniteQuery(
    trpc.token.list.infiniteQueryOptions({ limit: 50 }, { getNextPageParam: (page) => page.nextCursor }),
  )
  return (
    <Hydrate client={queryClient}>
      <TokenSettings />
    </Hydrate>
  )
}
