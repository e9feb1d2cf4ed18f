import { imageIdSchema } from '@berth/core/ids/ids'
import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { imageListInput } from '../../../../features/images/image-list-query.ts'
import { ImagesScreen } from '../../../../features/images/images-screen.tsx'
import { paths } from '../../../../lib/paths.ts'
import { Hydrate } from '../../../../lib/trpc/hydrate.tsx'
import { orNotFound, requireViewer, serverQueries } from '../../../../lib/trpc/server-queries.ts'

export const metadata: Metadata = { title: 'Image' }

/** The list with this image open over it, as if it had been chosen there. */
export default async function ImagePage({ params }: { params: Promise<{ imageId: string }> }) {
  const { imageId } = await params
  if (!imageIdSchema.safeParse(imageId).success) notFound()
  const viewer = await requireViewer(paths.image(imageId))
  const { queryClient, trpc } = await serverQueries()
  await orNotFound(queryClient.fetchQuery(trpc.image.get.queryOptions({ imageId })))
  await queryClient.prefetchInfiniteQuery(
    trpc.image.list.infiniteQueryOptions(imageListInput(''), { getNextPageParam: (page) => page.nextCursor }),
  )
  return (
    <Hydrate client={queryClient}>
      <ImagesScreen isAdmin={viewer.isAdmin} />
    </Hydrate>
  )
}
