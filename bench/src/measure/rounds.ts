/**
 * Runs the contenders one after the other, round by round, so that a disturbance of the computer meets all of them alike.
 * The order turns with each round: whoever is first finds colder caches.
 */
export interface RoundsOptions {
  /** Not counted: just-in-time compilers, page cache, connections. */
  warmups: number
  rounds: number
}

export type Contenders<T> = Record<string, (round: number) => Promise<T>>

/** Resolves with each contender's results, in the order of the rounds. `tell` hears of each as it comes. */
export async function runRounds<T>(
  contenders: Contenders<T>,
  { warmups, rounds }: RoundsOptions,
  tell: (name: string, round: number, result: T) => void = () => undefined,
): Promise<Record<string, T[]>> {
  const names = Object.keys(contenders)
  const results: Record<string, T[]> = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = -warmups; round < rounds; round++) {
    const order = round % 2 === 0 ? names : names.toReversed()
    for (const name of order) {
      const result = await contenders[name]?.(round)
      if (round < 0 || result === undefined) continue
      results[name]?.push(result)
      tell(name, round, result)
    }
  }
  return results
}
