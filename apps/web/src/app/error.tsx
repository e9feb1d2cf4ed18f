'use client'
import { ErrorState } from '@berth/ui/error-state'

interface ErrorPageProps {
  error: Error & { digest?: string }
  reset: () => void
}

export default function ErrorPage({ error, reset }: ErrorPageProps) {
  return (
    <div className="grid min-h-[70dvh] place-items-center">
      <ErrorState title="This page failed" code={error.digest} onRetry={reset}>
        Your machines are not affected. If it happens again, look for the code in the panel&apos;s log.
      </ErrorState>
    </div>
  )
}
