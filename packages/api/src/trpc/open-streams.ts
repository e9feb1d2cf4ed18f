/**
 * The streams that are open through this panel, so that each can be cut when the session or token that it was asked with
 * ends before it does: a request is judged once, and a stream may live for days. State: in memory, of this process.
 */
import { AppError } from '@berth/core/errors/app-error'
import type { HeldRight } from '../console/console-right-repo.ts'
import type { Caller } from './caller.ts'
import { toTrpcError } from './error-map.ts'

interface OpenStream {
  readonly right: HeldRight
  readonly cut: () => void
}

/** Disposed when the stream ends by itself. */
export interface StreamLease extends Disposable {
  /** Aborted when the right ends. */
  readonly ended: AbortSignal
  /** Throws SESSION_REQUIRED once it has. */
  requireRight(): void
}

export class OpenStreams {
  readonly #taken = new Set<OpenStream>()

  get taken(): readonly OpenStream[] {
    return [...this.#taken]
  }

  take(caller: Caller): StreamLease {
    const end = new AbortController()
    const stream: OpenStream = { right: rightOf(caller), cut: () => end.abort() }
    this.#taken.add(stream)
    return {
      ended: end.signal,
      requireRight() {
        if (!end.signal.aborted) return
        // Nothing maps what is thrown after a stream has begun, so it leaves as the transport's own error.
        throw toTrpcError(new AppError('SESSION_REQUIRED', 'The session or token of this stream has ended.'))
      },
      [Symbol.dispose]: () => void this.#taken.delete(stream),
    }
  }
}

function rightOf(caller: Caller): HeldRight {
  const { userId, role } = caller
  return {
    ...{ userId, role, vmId: null },
    sessionId: caller.kind === 'session' ? caller.sessionId : null,
    apiTokenId: caller.kind === 'token' ? caller.tokenId : null,
  }
}
