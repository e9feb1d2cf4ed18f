/** Which console an upgrade is for. */
import { consoleKindSchema, consolePath } from '@berth/core/agent-contract/agent-contract'
import { vmIdSchema } from '@berth/core/ids/ids'
import type { ConsoleRequest } from '../console/consoles.ts'

/** Undefined for every path that is not exactly a console's. */
export function readConsolePath(url: string | undefined): ConsoleRequest | undefined {
  const parts = url?.split('/') ?? []
  const vmId = vmIdSchema.safeParse(parts[2])
  const kind = consoleKindSchema.safeParse(parts[3])
  if (!vmId.success || !kind.success || url !== consolePath(vmId.data, kind.data)) return undefined
  return { vmId: vmId.data, kind: kind.data }
}
