/** An object of which the stream said that it is gone: known as the panel would answer it, without asking for a 404. */
import type { WireError } from '@berth/core/errors/app-error'
import type { ErrorCode } from '@berth/core/errors/error-codes'
import type { QueryClient, QueryKey } from '@tanstack/react-query'

/** In the form of the client's own errors, so that whoever shows it needs not know. */
class GoneObject extends Error {
  readonly data: { readonly appError: WireError }

  constructor(code: ErrorCode) {
    super(code)
    this.data = { appError: { code, message: '', details: {} } }
  }
}

/** What was read of it last stays beside the error. Nothing where nobody has asked for it. */
export function markGone(queryClient: QueryClient, queryKey: QueryKey, code: ErrorCode): void {
  const error = new GoneObject(code)
  queryClient.getQueryCache().find({ queryKey })?.setState({ status: 'error', error, errorUpdatedAt: Date.now() })
}
