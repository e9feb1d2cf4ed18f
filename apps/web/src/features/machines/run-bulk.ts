/** Does one thing to many, at most `limit` at once. Pure but for `act`. */
export interface BulkResult {
  id: string
  /** What `act` threw, or null. */
  error: unknown
}

export interface BulkWork {
  ids: readonly string[]
  limit: number
  act: (id: string) => Promise<unknown>
  onResult: (result: BulkResult) => void
}

/** Ends when all have answered; a failure of one does not stop the others. */
export async function runBulk({ ids, limit, act, onResult }: BulkWork): Promise<void> {
  const waiting = [...ids]
  const worker = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      onResult({ id, error: await failureOf(act, id) })
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, ids.length) }, worker))
}

async function failureOf(act: BulkWork['act'], id: string): Promise<unknown> {
  try {
    await act(id)
    return null
  } catch (error) {
    return error
  }
}
