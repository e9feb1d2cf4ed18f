import { SessionSettings } from '../../../../features/settings/session-settings.tsx'
import { paths } from '../../../../lib/paths.ts'
import { Hydrate } from '../../../../lib/trpc/hydrate.tsx'
import { requireViewer, serverQueries } from '../../../../lib/trpc/server-queries.ts'

export default async function SessionsPage() {
  await requireViewer(paths.settings('sessions'))
  const { queryClient, trpc } = await serverQueries()
  await queryClient.prefetchQuery(trpc.user.me.queryOptions())
  return (
    <Hydrate client={queryClient}>
      <SessionSettings />
    </Hydrate>
  )
}
