import type { Metadata } from 'next'
import { parseTaskFilter, taskListInput } from '../../../features/tasks/task-filter.ts'
import { TasksScreen } from '../../../features/tasks/tasks-screen.tsx'
import { paths } from '../../../lib/paths.ts'
import { Hydrate } from '../../../lib/trpc/hydrate.tsx'
import { requireViewer, serverQueries } from '../../../lib/trpc/server-queries.ts'

export const metadata: Metadata = { title: 'Tasks' }

export default async function TasksPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[]>>
}) {
  const search = new URLSearchParams(Object.entries(await searchParams).map(([name, value]) => [name, String(value)]))
  const viewer = await requireViewer(paths.tasks(Object.fromEntries(search)))
  const { queryClient, trpc } = await serverQueries()
  const input = taskListInput(parseTaskFilter(search), viewer.userId)
  await queryClient.prefetchInfiniteQuery(
    trpc.operation.list.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor }),
  )
  return (
    <Hydrate client={queryClient}>
      <TasksScreen viewerId={viewer.userId} isAdmin={viewer.isAdmin} />
    </Hydrate>
  )
}
