'use client'
import { late, useLate } from '@berth/ui/late'
import { useEffect } from 'react'
import { isLostCode, reloadForLostCode } from '../lib/lost-code.ts'

interface ErrorPageProps {
  error: Error & { digest?: string }
  reset: () => void
}

const state = late(() => import('@berth/ui/error-state'))
const title = 'This page failed'
const remedy = "Your machines are not affected. If it happens again, look for the code in the panel's log."

/** Every page brings this one along, so its looks come when they are wanted; where the panel is gone, the words stay alone. */
export default function ErrorPage({ error, reset }: ErrorPageProps) {
  const loaded = useLate(state, 1)
  useEffect(() => void reloadForLostCode(error), [error])
  // Code that could not be fetched stays lost to the document that wanted it.
  const retry = isLostCode(error) ? () => window.location.reload() : reset
  return (
    <div className="grid min-h-[70dvh] place-items-center">
      {loaded ? (
        <loaded.ErrorState title={title} code={error.digest} onRetry={retry}>
          {remedy}
        </loaded.ErrorState>
      ) : (
        <div className="max-w-md px-6 text-center text-balance">
          <h2 className="text-lg font-semibold">{title}</h2>
          <p className="text-ink-2 mt-1 text-sm">{remedy}</p>
        </div>
      )}
    </div>
  )
}
