/** What waits for one reader: bounded, ended by the reader's leaving or by overflow. */

export interface ReaderQueue<T> {
  push: (item: T) => void
  close: () => void
  /** Yields until closed; calls `onOverflow` (which throws) once more than allowed waited. */
  drain: (onOverflow: () => never) => AsyncGenerator<T, void, undefined>
}

export function createReaderQueue<T>(maxWaiting: number): ReaderQueue<T> {
  let waiting: T[] = []
  let end: 'closed' | 'overflow' | undefined
  let wake = Promise.withResolvers<void>()
  const finish = (how: 'closed' | 'overflow'): void => {
    end ??= how
    waiting = []
    wake.resolve()
  }
  return {
    push: (item) => {
      if (end !== undefined) return
      waiting.push(item)
      if (waiting.length > maxWaiting) finish('overflow')
      else wake.resolve()
    },
    close: () => finish('closed'),
    async *drain(onOverflow) {
      for (;;) {
        const batch = waiting
        waiting = []
        yield* batch
        if (end === 'overflow') onOverflow()
        if (end === 'closed') return
        if (waiting.length > 0) continue
        wake = Promise.withResolvers<void>()
        await wake.promise
      }
    },
  }
}
