/** Turns stored events into what browsers get: one load per thing and batch, however often it changed in it. */
import type { PanelEvent } from '@berth/core/events/panel-events'
import type { HostView } from '@berth/core/host/host'
import { hostIdSchema, imageIdSchema, vmIdSchema } from '@berth/core/ids/ids'
import type { ImageView } from '@berth/core/image/image'
import type { OperationView } from '@berth/core/operation/operation'
import type { VmView } from '@berth/core/vm/vm-view'
import type { StoredEvent } from './outbox-repo.ts'

/** Views by ids, in any order; what is gone is left out. */
export interface ViewLoaders {
  readonly vms: (vmIds: readonly string[]) => Promise<readonly VmView[]>
  readonly operations: (operationIds: readonly string[]) => Promise<readonly OperationView[]>
  readonly hosts: (hostIds: readonly string[]) => Promise<readonly HostView[]>
  readonly images: (imageIds: readonly string[]) => Promise<readonly ImageView[]>
}

/** Who may hear it: everybody who is signed in, administrators, or administrators and one owner. */
export type Audience = 'all' | 'admins' | { readonly ownerId: string }

export interface LoadedEvent {
  readonly position: bigint
  readonly audience: Audience
  readonly event: PanelEvent
}

export async function loadEvents(loaders: ViewLoaders, stored: readonly StoredEvent[]): Promise<LoadedEvent[]> {
  const newest = lastOfEach(stored)
  const idsOf = (kind: string, pick: (event: StoredEvent) => string | null): string[] =>
    newest.flatMap((event) => (event.kind === kind ? (pick(event) ?? []) : []))
  const [vms, operations, hosts, images] = await Promise.all([
    loaders.vms(idsOf('vm.changed', (event) => event.vmId)),
    loaders.operations(idsOf('operation.changed', (event) => event.operationId)),
    loaders.hosts(idsOf('host.changed', (event) => event.hostId)),
    loaders.images(idsOf('image.changed', (event) => event.imageId)),
  ])
  const views: Views = {
    vms: new Map(vms.map((view) => [view.vmId, view])),
    operations: new Map(operations.map((view) => [view.operationId, view])),
    hosts: new Map(hosts.map((view) => [view.hostId, view])),
    images: new Map(images.map((view) => [view.imageId, view])),
  }
  return newest.flatMap((stored) => {
    const event = panelEventOf(stored, views)
    return event === null ? [] : [{ position: stored.position, audience: audienceOf(stored), event }]
  })
}

interface Views {
  readonly vms: ReadonlyMap<string, VmView>
  readonly operations: ReadonlyMap<string, OperationView>
  readonly hosts: ReadonlyMap<string, HostView>
  readonly images: ReadonlyMap<string, ImageView>
}

/** The view is the newest anyway, so that of several changes of one thing only the last has to be told. */
function lastOfEach(stored: readonly StoredEvent[]): StoredEvent[] {
  const last = new Map<string, StoredEvent>()
  for (const event of stored) last.set(subjectOf(event), event)
  return stored.filter((event) => last.get(subjectOf(event)) === event)
}

function subjectOf({ kind, vmId, operationId, hostId, imageId }: StoredEvent): string {
  if (kind === 'operation.changed') return `${kind} ${operationId}`
  return `${kind} ${vmId ?? hostId ?? imageId}`
}

/** Null for what is gone: its removal is told by an event of its own. */
function panelEventOf(stored: StoredEvent, views: Views): PanelEvent | null {
  switch (stored.kind) {
    case 'vm.changed': {
      const vm = views.vms.get(stored.vmId ?? '')
      return vm ? { kind: 'vm.changed', vm } : null
    }
    case 'operation.changed': {
      const operation = views.operations.get(stored.operationId ?? '')
      return operation ? { kind: 'operation.changed', operation } : null
    }
    case 'host.changed': {
      const host = views.hosts.get(stored.hostId ?? '')
      return host ? { kind: 'host.changed', host } : null
    }
    case 'image.changed': {
      const image = views.images.get(stored.imageId ?? '')
      return image ? { kind: 'image.changed', image } : null
    }
    case 'vm.removed':
      return { kind: 'vm.removed', vmId: vmIdSchema.parse(stored.vmId) }
    case 'image.removed':
      return { kind: 'image.removed', imageId: imageIdSchema.parse(stored.imageId) }
    case 'host.removed':
      return { kind: 'host.removed', hostId: hostIdSchema.parse(stored.hostId) }
    case 'accounts.changed':
      return { kind: 'accounts.changed' }
    default:
      // Written by a newer panel beside this one.
      return null
  }
}

function audienceOf({ kind, ownerId }: StoredEvent): Audience {
  if (kind === 'host.changed' || kind === 'host.removed') return 'admins'
  if (kind === 'image.changed' || kind === 'image.removed') return 'all'
  // Nobody's in particular: Berth's own tasks.
  return ownerId === null ? 'admins' : { ownerId }
}

export function mayHear(viewerId: string | null, audience: Audience): boolean {
  if (viewerId === null || audience === 'all') return true
  return audience !== 'admins' && audience.ownerId === viewerId
}
