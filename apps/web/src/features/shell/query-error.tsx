import { ErrorState } from '@berth/ui/error-state'
import { errorLine, errorText } from '../../lib/error-text.ts'

export interface QueryErrorProps {
  query: { error: unknown; isFetching: boolean; refetch: () => unknown }
}

/** In place of what could not be read: what happened, what to do about it, and another try. */
export function QueryError({ query }: QueryErrorProps) {
  const { sentence, code } = errorText(query.error)
  return (
    <ErrorState title={sentence} code={code} onRetry={() => query.refetch()} retrying={query.isFetching}>
      {errorLine(query.error)}
    </ErrorState>
  )
}
