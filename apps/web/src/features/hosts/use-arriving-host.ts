'use client'
import type { HostView } from '@berth/core/host/host'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'

/** The host of that name, as the event stream tells of it; nothing asks again and again. Null: nobody is waited for. */
export function useArrivingHost(name: string | null): HostView | undefined {
  const trpc = useTRPC()
  const input = { limit: 50, filter: { text: name ?? '' } }
  const { data } = useQuery({ ...trpc.host.list.queryOptions(input), enabled: name !== null })
  return name === null ? undefined : data?.items.find((host) => host.name === name)
}
