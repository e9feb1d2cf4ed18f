import { dehydrate, type QueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { DatedHydration } from './dated-hydration.tsx'

/** Hands what a page prefetched to the browser's cache, so that its first picture asks for nothing. */
export function Hydrate({ client, children }: { client: QueryClient; children: ReactNode }) {
  return <DatedHydration state={dehydrate(client)}>{children}</DatedHydration>
}
