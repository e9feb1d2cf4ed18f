/** Refuses what a machine's host could never start: asked at the change, so that it does not come out at the next start. */
import { AppError } from '@berth/core/errors/app-error'
import { hostFactsSchema } from '@berth/core/host/host'
import { formatBytes } from '@berth/core/units/bytes'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import type { DatabaseClient } from '@berth/prisma/client'
import { requireHostRow } from '../host/host-repo.ts'
import { reservedMemoryBytes } from '../placement/candidate-host.ts'
import { vcpusPerProcessor } from '../placement/room-rules.ts'

/**
 * Only what is asked for more than before is judged: a machine that does not fit any more can still be made smaller.
 * Throws HOST_CAPACITY with the numbers. A host that has never told its facts refuses nothing.
 */
export async function requireHostTakes(
  db: DatabaseClient,
  hostId: string | null,
  { before, after }: { readonly before: VmSpec; readonly after: VmSpec },
): Promise<void> {
  if (hostId === null) return
  const host = await requireHostRow(db, hostId)
  const facts = hostFactsSchema.safeParse(host.facts).data
  if (facts === undefined) return
  const { cpuCount, memoryBytes, firmwares } = facts
  const refuse = (reason: string): never => {
    throw new AppError('HOST_CAPACITY', `Not on ${host.name}: ${reason}.`, { details: { hostId } })
  }
  const mostMemory = Math.floor(memoryBytes - reservedMemoryBytes(memoryBytes))
  if (after.memoryBytes > before.memoryBytes && after.memoryBytes > mostMemory) {
    refuse(`${formatBytes(after.memoryBytes)} of memory asked, machines may use ${formatBytes(mostMemory)} of it`)
  }
  if (after.vcpus > before.vcpus && after.vcpus > cpuCount * vcpusPerProcessor) {
    refuse(`${after.vcpus} vCPUs asked, at most ${cpuCount * vcpusPerProcessor} on ${cpuCount} processors`)
  }
  if (after.firmware !== before.firmware && !firmwares.includes(after.firmware)) {
    refuse(`it has no ${after.firmware.toUpperCase()} firmware`)
  }
}
