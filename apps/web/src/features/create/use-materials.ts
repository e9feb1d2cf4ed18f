'use client'
import type { HostView } from '@berth/core/host/host'
import type { ImageView } from '@berth/core/image/image'
import type { NetworkView } from '@berth/core/network/network'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import type { SavedKey } from './to-vm-spec.ts'

/** What a machine can be made of. */
export interface Materials {
  images: readonly ImageView[]
  networks: readonly NetworkView[]
  hosts: readonly HostView[]
  savedKeys: readonly SavedKey[]
}

/** Null until all of it is there; then it follows the events. */
export function useMaterials(isAdmin: boolean): { materials: Materials | null; error: unknown; retry: () => void } {
  const trpc = useTRPC()
  const images = useQuery(trpc.image.list.queryOptions({ limit: 200 }))
  const networks = useQuery(trpc.network.list.queryOptions({ limit: 200 }))
  const hosts = useQuery(trpc.host.list.queryOptions({ limit: 200 }, { enabled: isAdmin }))
  const keys = useQuery(trpc.user.sshKeys.queryOptions())
  const retry = () => {
    for (const query of [images, networks, hosts, keys]) if (query.isError) void query.refetch()
  }
  const error = images.error ?? networks.error ?? hosts.error ?? keys.error
  if (!images.data || !networks.data || !keys.data || (isAdmin && !hosts.data)) return { materials: null, error, retry }
  const materials = {
    images: images.data.items,
    networks: networks.data.items,
    hosts: hosts.data?.items ?? [],
    savedKeys: keys.data.items,
  }
  return { materials, error: null, retry }
}
