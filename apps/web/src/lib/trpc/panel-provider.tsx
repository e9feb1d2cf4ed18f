'use client'
import { toast } from '@berth/ui/toast'
import { QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { lateErrorText } from '../late-error-text.ts'
import { paths } from '../paths.ts'
import { noAnswerText, wireErrorOf } from '../wire-error.ts'
import { makeQueryClient } from './query-client.ts'
import { makePanelClient } from './trpc-client.ts'
import { TRPCProvider } from './trpc-context.ts'

/** Query cache and tRPC client for everything behind the sign-in; one of each per tab. */
export function PanelProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(() => makeQueryClient({ onSignedOut: leaveToSignIn, onMutationFailed: toastError }))
  const [trpcClient] = useState(makePanelClient)
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider queryClient={queryClient} trpcClient={trpcClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  )
}

/** A full load, so that nothing of the old session stays in memory. */
export function leaveToSignIn(): void {
  const here = `${window.location.pathname}${window.location.search}`
  window.location.assign(paths.signIn(here))
}

function toastError(error: unknown): void {
  lateErrorText.load().then(
    ({ errorLine, errorText }) => toast.failure(errorText(error).sentence, { description: errorLine(error) }),
    () => toast.failure(wireErrorOf(error)?.message || noAnswerText.sentence, { description: noAnswerText.remedy }),
  )
}
