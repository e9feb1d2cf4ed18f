import { operationIdSchema } from '@berth/core/ids/ids'
import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { TaskScreen } from '../../../../features/tasks/task-screen.tsx'
import { paths } from '../../../../lib/paths.ts'
import { Hydrate } from '../../../../lib/trpc/hydrate.tsx'
import { orNotFound, requireViewer, serverQueries } from '../../../../lib/trpc/server-queries.ts'

export const metadata: Metadata = { title: 'Task' }

export default async function TaskPage({ params }: { params: Promise<{ operationId: string }> }) {
  const { operationId } = await params
  if (!operationIdSchema.safeParse(operationId).success) notFound()
  await requireViewer(paths.task(operationId))
  const { queryClient, trpc } = await serverQueries()
  await orNotFound(queryClient.fetchQuery(trpc.operation.get.queryOptions({ operationId })))
  return (
    <Hydrate client={queryClient}>
      <TaskScreen operationId={operationId} />
    </Hydrate>
  )
}
