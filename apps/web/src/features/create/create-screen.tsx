'use client'
import { ErrorState } from '@berth/ui/error-state'
import { Skeleton } from '@berth/ui/skeleton'
import dynamic from 'next/dynamic'
import { errorLine, errorText } from '../../lib/error-text.ts'
import { useMaterials } from './use-materials.ts'

// In the browser only: it begins with what this tab has kept.
const CreateMachine = dynamic(() => import('./create-machine.tsx').then((module) => module.CreateMachine), {
  ssr: false,
  loading: () => <CreateSkeleton />,
})

export function CreateScreen({ isAdmin, imageId }: { isAdmin: boolean; imageId: string | null }) {
  const { materials, error, retry } = useMaterials(isAdmin)
  // By key: another link's image begins anew, though the page is the same.
  if (materials !== null) return <CreateMachine key={imageId} materials={materials} imageId={imageId} />
  if (error === null) return <CreateSkeleton />
  return (
    <ErrorState title={errorText(error).sentence} code={errorText(error).code} onRetry={retry}>
      {errorLine(error)}
    </ErrorState>
  )
}

function CreateSkeleton() {
  return (
    <div aria-busy="true" aria-label="Reading what a machine can be made of" className="flex flex-col gap-6">
      <Skeleton className="h-7 w-56" />
      <div className="grid gap-2.5 sm:grid-cols-3">
        {Array.from({ length: 6 }, (_, index) => (
          <Skeleton key={index} className="h-20 rounded-lg" />
        ))}
      </div>
      <Skeleton className="h-8 w-80" />
      <Skeleton className="h-20 rounded-lg" />
    </div>
  )
}
