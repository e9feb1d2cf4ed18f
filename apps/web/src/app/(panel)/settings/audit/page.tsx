import { AuditSettings } from '../../../../features/settings/audit-settings.tsx'
import { paths } from '../../../../lib/paths.ts'
import { requireViewer } from '../../../../lib/trpc/server-queries.ts'

export default async function AuditPage() {
  const viewer = await requireViewer(paths.settings('audit'))
  return <AuditSettings isAdmin={viewer.isAdmin} />
}
