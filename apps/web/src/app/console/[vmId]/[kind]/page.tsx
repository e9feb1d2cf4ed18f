import { consoleKindSchema } from '@berth/core/agent-contract/agent-contract'
import { vmIdSchema } from '@berth/core/ids/ids'
import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { ConsoleWindow } from '../../../../features/machine/console-window.tsx'
import { EventsProvider } from '../../../../lib/events/events-provider.tsx'
import { paths } from '../../../../lib/paths.ts'
import { Hydrate } from '../../../../lib/trpc/hydrate.tsx'
import { PanelProvider } from '../../../../lib/trpc/panel-provider.tsx'
import { orNotFound, requireViewer, serverQueries } from '../../../../lib/trpc/server-queries.ts'

export const dynamic = 'force-dynamic'

interface ConsoleRoute {
  params: Promise<{ vmId: string; kind: string }>
}

export async function generateMetadata({ params }: ConsoleRoute): Promise<Metadata> {
  const { vmId } = await params
  if (!vmIdSchema.safeParse(vmId).success) notFound()
  await requireViewer(paths.machine(vmId, 'console'))
  const { api } = await serverQueries()
  const { name } = await orNotFound(api.vm.get({ vmId }))
  return { title: `${name} · Console` }
}

/** The console alone, without the frame of the panel, for a window of its own. */
export default async function ConsoleWindowPage({ params }: ConsoleRoute) {
  const { vmId, kind: asked } = await params
  const kind = consoleKindSchema.safeParse(asked)
  if (!kind.success) notFound()
  const viewer = await requireViewer(paths.consoleWindow(vmId, kind.data))
  const { queryClient, trpc } = await serverQueries()
  await orNotFound(queryClient.fetchQuery(trpc.vm.get.queryOptions({ vmId })))
  return (
    <PanelProvider>
      <EventsProvider viewerId={viewer.userId}>
        <Hydrate client={queryClient}>
          <ConsoleWindow vmId={vmId} kind={kind.data} />
        </Hydrate>
      </EventsProvider>
    </PanelProvider>
  )
}
