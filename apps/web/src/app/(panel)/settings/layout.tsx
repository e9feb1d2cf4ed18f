import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { SettingsFrame } from '../../../features/settings/settings-frame.tsx'
import { findViewer } from '../../../lib/trpc/server-queries.ts'

export const metadata: Metadata = { title: 'Settings' }

/** Each section requires its viewer for itself; the frame only leaves out what he may not open. */
export default async function SettingsLayout({ children }: { children: ReactNode }) {
  const viewer = await findViewer()
  return <SettingsFrame isAdmin={viewer?.isAdmin ?? false}>{children}</SettingsFrame>
}
