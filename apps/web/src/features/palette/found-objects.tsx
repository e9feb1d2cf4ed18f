'use client'
import type { PaletteItem } from '@berth/ui/command-palette'
import { StateDot } from '@berth/ui/state-dot'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Disc3, MonitorDot, Server } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useDeferredValue, useEffect, useMemo } from 'react'
import { paths } from '../../lib/paths.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { stateLooks } from '../machines/machine-state.tsx'
import { usePalette, usePaletteGroup } from './palette-provider.tsx'

/** More are found by typing on, or in the machine list. */
const shownMachines = 8
const smallList = { limit: 200 }

/** Machines, hosts and images whose name, id, tag, host or address holds what is typed. Mounted while the palette is open. */
export function FoundObjects({ isAdmin }: { isAdmin: boolean }) {
  const trpc = useTRPC()
  const { query, setSearching } = usePalette()
  const open = useOpenPath()
  const text = useDeferredValue(query.trim())
  const isTyped = text !== ''
  const { data: machines, isFetching } = useQuery(
    trpc.vm.list.queryOptions(
      { limit: shownMachines, filter: { text } },
      { enabled: isTyped, placeholderData: keepPreviousData, trpc: { abortOnUnmount: true } },
    ),
  )
  const { data: hosts } = useQuery(trpc.host.list.queryOptions(smallList, { enabled: isTyped && isAdmin }))
  const { data: images } = useQuery(trpc.image.list.queryOptions(smallList, { enabled: isTyped }))

  const isSearching = isTyped && isFetching
  useEffect(() => {
    setSearching(isSearching)
    return () => setSearching(false)
  }, [setSearching, isSearching])

  const foundMachines = useMemo(() => {
    const items = (isTyped ? (machines?.items ?? []) : []).map(({ vmId, name, tags, addresses, host, state }) => ({
      id: `vm:${vmId}`,
      label: name,
      keywords: [vmId, ...tags, ...addresses.map(({ ip }) => ip), ...(host ? [host.name] : [])],
      icon: <MonitorDot aria-hidden />,
      hint: <StateDot kind={stateLooks[state].kind} label={stateLooks[state].word} />,
      onSelect: () => open(paths.machine(vmId)),
    }))
    return { heading: 'Machines', items }
  }, [machines, isTyped, open])

  const foundHosts = useMemo(() => {
    const items: PaletteItem[] = (isTyped ? (hosts?.items ?? []) : []).map(({ hostId, name, address }) => ({
      id: `host:${hostId}`,
      label: name,
      keywords: [hostId, address],
      icon: <Server aria-hidden />,
      hint: address,
      onSelect: () => open(paths.host(hostId)),
    }))
    return { heading: 'Hosts', items }
  }, [hosts, isTyped, open])

  const foundImages = useMemo(() => {
    const items: PaletteItem[] = (isTyped ? (images?.items ?? []) : []).map(({ imageId, name }) => ({
      id: `image:${imageId}`,
      label: name,
      keywords: [imageId],
      icon: <Disc3 aria-hidden />,
      onSelect: () => open(paths.image(imageId)),
    }))
    return { heading: 'Images', items }
  }, [images, isTyped, open])

  usePaletteGroup(foundMachines)
  usePaletteGroup(foundHosts)
  usePaletteGroup(foundImages)
  return null
}

function useOpenPath(): (path: string) => void {
  const router = useRouter()
  const { close } = usePalette()
  return useMemo(
    () => (path: string) => {
      close()
      router.push(path)
    },
    [router, close],
  )
}
