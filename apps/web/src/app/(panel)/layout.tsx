import type { ReactNode } from 'react'
import { AppShell } from '../../features/shell/app-shell.tsx'
import { HeaderLive } from '../../features/shell/header-live.tsx'
import { HeaderTasks } from '../../features/tasks/header-tasks.tsx'
import { EventsProvider } from '../../lib/events/events-provider.tsx'
import { PanelProvider } from '../../lib/trpc/panel-provider.tsx'
import { findViewer } from '../../lib/trpc/server-queries.ts'

export const dynamic = 'force-dynamic'

/** Each page requires its viewer for itself, since it knows where to come back to; here he is only shown. */
export default async function PanelLayout({ children }: { children: ReactNode }) {
  const viewer = await findViewer()
  if (viewer === null) return children
  return (
    <PanelProvider>
      <EventsProvider viewerId={viewer.userId}>
        <AppShell user={viewer} live={<HeaderLive />} tasks={<HeaderTasks viewerId={viewer.userId} />}>
          {children}
        </AppShell>
      </EventsProvider>
    </PanelProvider>
  )
}
