import { vmIdSchema } from '@berth/core/ids/ids'
import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import type { ReactNode } from 'react'
import { MachineFrame } from '../../../../features/machine/machine-frame.tsx'
import { paths } from '../../../../lib/paths.ts'
import { Hydrate } from '../../../../lib/trpc/hydrate.tsx'
import { orNotFound, requireViewer, serverQueries } from '../../../../lib/trpc/server-queries.ts'

interface MachineRoute {
  params: Promise<{ vmId: string }>
}

export async function generateMetadata({ params }: MachineRoute): Promise<Metadata> {
  const { vmId } = await params
  if (!vmIdSchema.safeParse(vmId).success) notFound()
  await requireViewer(paths.machine(vmId))
  const { api } = await serverQueries()
  const { name } = await orNotFound(api.vm.get({ vmId }))
  return { title: { default: name, template: `%s · ${name} · Berth` } }
}

export default async function MachineLayout({ params, children }: MachineRoute & { children: ReactNode }) {
  const { vmId } = await params
  if (!vmIdSchema.safeParse(vmId).success) notFound()
  const viewer = await requireViewer(paths.machine(vmId))
  const { queryClient, trpc } = await serverQueries()
  await orNotFound(queryClient.fetchQuery(trpc.vm.get.queryOptions({ vmId })))
  return (
    <Hydrate client={queryClient}>
      <MachineFrame vmId={vmId} isAdmin={viewer.isAdmin}>
        {children}
      </MachineFrame>
    </Hydrate>
  )
}
