import type { ReactNode } from 'react'
import { AppShell } from '../../features/shell/app-shell.tsx'

export default function PanelLayout({ children }: { children: ReactNode }) {
  return <AppShell user={null}>{children}</AppShell>
}
