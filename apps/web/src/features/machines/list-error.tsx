import { ErrorState } from '@berth/ui/error-state'
import { errorLine, errorText } from '../../lib/error-text.ts'

export interface ListErrorProps {
  error: unknown
  onRetry: () => void
  retrying: boolean
}

export function ListError({ error, onRetry, retrying }: ListErrorProps) {
  const { sentence, code } = errorText(error)
  return (
    <ErrorState title={sentence} code={code} onRetry={onRetry} retrying={retrying}>
      {errorLine(error)}
    </ErrorState>
  )
}
