import { ProfileSettings } from '../../../../features/settings/profile-settings.tsx'
import { paths } from '../../../../lib/paths.ts'
import { Hydrate } from '../../../../lib/trpc/hydrate.tsx'
import { requireViewer, serverQueries } from '../../../../lib/trpc/server-queries.ts'

export default async function ProfilePage() {
  await requireViewer(paths.settings('profile'))
  const { queryClient, trpc } = await serverQueries()
  await queryClient.prefetchQuery(trpc.user.me.queryOptions())
  return (
    <Hydrate client={queryClient}>
      <ProfileSettings />
    </Hydrate>
  )
}
