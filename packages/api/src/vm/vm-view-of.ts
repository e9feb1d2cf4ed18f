/** Makes a machine's view from its rows. Nothing lies: what nobody has seen lately is "unknown", with what was seen last. */
import { vmObservationSchema, type VmObservation } from '@berth/core/vm/vm-observation'
import { fieldsPendingRestart } from '@berth/core/vm/restart-pending'
import { vmSpecSchema } from '@berth/core/vm/vm-spec'
import { vmStateSchema, type VmState } from '@berth/core/vm/vm-state'
import { vmViewSchema, type VmView } from '@berth/core/vm/vm-view'
import type { VmSample } from '@berth/core/metrics/metric-series'

export interface VmRow {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly tags: string[]
  readonly spec: unknown
  readonly revision: number
  readonly lifecycle: string
  readonly isProtected: boolean
  readonly movePolicy: string
  readonly createdAt: Date
  readonly owner: { readonly id: string; readonly name: string }
  readonly host: {
    readonly id: string
    readonly name: string
    readonly state: string
    readonly stateSince: Date
    readonly seenAt: Date | null
  } | null
  readonly image: { readonly id: string; readonly name: string } | null
  readonly observed: {
    readonly hostId: string
    readonly state: string
    readonly stateSince: Date
    readonly seenAt: Date
    readonly observed: unknown
  } | null
  readonly operations: readonly { readonly id: string; readonly kind: string; readonly title: string }[]
}

export function vmViewOf(row: VmRow, sample: VmSample | null): VmView {
  const seen = row.observed === null ? null : vmObservationSchema.parse(row.observed.observed)
  const state = stateOf(row)
  const [operation] = row.operations
  return vmViewSchema.parse({
    vmId: row.id,
    name: row.name,
    description: row.description,
    tags: row.tags,
    isProtected: row.isProtected,
    movePolicy: row.movePolicy,
    owner: { userId: row.owner.id, name: row.owner.name },
    state,
    stateSince: stateSinceOf(row, state).toISOString(),
    lastKnownState: row.observed?.state ?? (row.lifecycle === 'creating' ? 'creating' : 'unknown'),
    seenAt: seenAtOf(row)?.toISOString() ?? null,
    pauseReason: seen?.pauseReason ?? null,
    silentSince: state === 'unknown' ? null : (seen?.silentSince ?? null),
    host: row.host && { hostId: row.host.id, name: row.host.name },
    image: row.image && { imageId: row.image.id, name: row.image.name },
    spec: row.spec,
    revision: row.revision,
    run: seen?.run ?? null,
    isRestartPending: isRestartPending(row, seen),
    lastExit: seen?.lastExit ?? null,
    addresses: seen?.addresses ?? [],
    guest: seen?.guest ?? null,
    diskAllocatedBytes: allocatedBytes(seen),
    volumes: seen?.volumes ?? [],
    sample: state === 'running' ? sample : null,
    operation: operation ? { operationId: operation.id, kind: operation.kind, title: operation.title } : null,
    createdAt: row.createdAt.toISOString(),
  })
}

function stateOf(row: VmRow): VmState {
  if (row.lifecycle === 'creating' || row.lifecycle === 'deleting') return row.lifecycle
  if (row.host?.state !== 'online' || row.observed === null) return 'unknown'
  return vmStateSchema.catch('unknown').parse(row.observed.state)
}

/**
 * An agent speaks of a machine when something changes, so silence means "as it was" for as long as its host is heard from.
 * When the host falls silent its own time stops, and so does the machine's.
 */
function seenAtOf({ host, observed }: VmRow): Date | null {
  if (observed === null) return null
  if (host?.id !== observed.hostId || host.seenAt === null) return observed.seenAt
  return host.seenAt > observed.seenAt ? host.seenAt : observed.seenAt
}

function stateSinceOf(row: VmRow, state: VmState): Date {
  if (state === 'unknown' && row.host) return row.host.stateSince
  if (state === 'creating') return row.createdAt
  return row.observed?.stateSince ?? row.createdAt
}

/** Something waits for the next start. A new name or a disk that grew is a newer revision too, and waits for nothing. */
function isRestartPending({ spec, revision }: VmRow, seen: VmObservation | null): boolean {
  const run = seen?.run ?? null
  if (run === null) return false
  if (run.startedWith === undefined) return run.specRevision < revision
  return fieldsPendingRestart(vmSpecSchema.parse(spec), run.startedWith).length > 0
}

function allocatedBytes(seen: VmObservation | null): number | null {
  if (seen === null || seen.volumes.length === 0) return null
  return seen.volumes.reduce((sum, volume) => sum + volume.allocatedBytes, 0)
}
