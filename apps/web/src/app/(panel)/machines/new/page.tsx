import type { Metadata } from 'next'
import { CreateScreen } from '../../../../features/create/create-screen.tsx'
import { paths } from '../../../../lib/paths.ts'
import { Hydrate } from '../../../../lib/trpc/hydrate.tsx'
import { requireViewer, serverQueries } from '../../../../lib/trpc/server-queries.ts'

export const metadata: Metadata = { title: 'Create machine' }
export const dynamic = 'force-dynamic'

interface NewMachinePageProps {
  searchParams: Promise<{ image?: string | string[] }>
}

export default async function NewMachinePage({ searchParams }: NewMachinePageProps) {
  const { image } = await searchParams
  const imageId = typeof image === 'string' ? image : null
  const viewer = await requireViewer(paths.newMachine({ image: imageId ?? undefined }))
  const { queryClient, trpc } = await serverQueries()
  await Promise.all([
    queryClient.prefetchQuery(trpc.image.list.queryOptions({ limit: 200 })),
    queryClient.prefetchQuery(trpc.network.list.queryOptions({ limit: 200 })),
    queryClient.prefetchQuery(trpc.user.sshKeys.queryOptions()),
    viewer.isAdmin ? queryClient.prefetchQuery(trpc.host.list.queryOptions({ limit: 200 })) : null,
  ])
  return (
    <Hydrate client={queryClient}>
      <CreateScreen isAdmin={viewer.isAdmin} imageId={imageId} />
    </Hydrate>
  )
}
