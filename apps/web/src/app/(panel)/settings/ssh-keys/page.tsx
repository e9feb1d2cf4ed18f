import { SshKeySettings } from '../../../../features/settings/ssh-key-settings.tsx'
import { paths } from '../../../../lib/paths.ts'
import { Hydrate } from '../../../../lib/trpc/hydrate.tsx'
import { requireViewer, serverQueries } from '../../../../lib/trpc/server-queries.ts'

export default async function SshKeysPage() {
  await requireViewer(paths.settings('ssh-keys'))
  const { queryClient, trpc } = await serverQueries()
  await queryClient.prefetchQuery(trpc.user.sshKeys.queryOptions())
  return (
    <Hydrate client={queryClient}>
      <SshKeySettings />
    </Hydrate>
  )
}
