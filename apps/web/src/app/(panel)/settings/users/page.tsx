import { AdminsOnly } from '../../../../features/hosts/admins-only.tsx'
import { accountListInput, parseAccountListView } from '../../../../features/settings/account-words.ts'
import { UsersSettings } from '../../../../features/settings/users-settings.tsx'
import { paths } from '../../../../lib/paths.ts'
import { Hydrate } from '../../../../lib/trpc/hydrate.tsx'
import { requireViewer, serverQueries } from '../../../../lib/trpc/server-queries.ts'

interface UsersPageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

export default async function UsersPage({ searchParams }: UsersPageProps) {
  const viewer = await requireViewer(paths.settings('users'))
  if (!viewer.isAdmin) return <AdminsOnly what="Users" />
  const sent = await searchParams
  const get = (name: string) => {
    const value = sent[name]
    return typeof value === 'string' ? value : null
  }
  const { queryClient, trpc } = await serverQueries()
  await queryClient.prefetchInfiniteQuery(
    trpc.user.list.infiniteQueryOptions(accountListInput(parseAccountListView({ get })), {
      getNextPageParam: (page) => page.nextCursor,
    }),
  )
  return (
    <Hydrate client={queryClient}>
      <UsersSettings viewerId={viewer.userId} />
    </Hydrate>
  )
}
