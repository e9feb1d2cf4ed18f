import type { Metadata } from 'next'
import { imageListInput } from '../../../features/images/image-list-query.ts'
import { ImagesScreen } from '../../../features/images/images-screen.tsx'
import { paths } from '../../../lib/paths.ts'
import { Hydrate } from '../../../lib/trpc/hydrate.tsx'
import { requireViewer, serverQueries } from '../../../lib/trpc/server-queries.ts'

export const metadata: Metadata = { title: 'Images' }

export default async function ImagesPage({ searchParams }: { searchParams: Promise<{ q?: string | string[] }> }) {
  const { q } = await searchParams
  const search = typeof q === 'string' ? q : ''
  const viewer = await requireViewer(paths.images({ q: search }))
  const { queryClient, trpc } = await serverQueries()
  await queryClient.prefetchInfiniteQuery(
    trpc.image.list.infiniteQueryOptions(imageListInput(search), { getNextPageParam: (page) => page.nextCursor }),
  )
  return (
    <Hydrate client={queryClient}>
      <ImagesScreen isAdmin={viewer.isAdmin} />
    </Hydrate>
  )
}
