import { AppearanceSettings } from '../../../../features/settings/appearance-settings.tsx'
import { paths } from '../../../../lib/paths.ts'
import { requireViewer } from '../../../../lib/trpc/server-queries.ts'

export default async function AppearancePage() {
  await requireViewer(paths.settings('appearance'))
  return <AppearanceSettings />
}
