/**
 * How many moves may be under way at once: each takes a share of a link and of two hosts' processors, and of many at once none
 * would end. The others wait in the order in which they were asked for; one that waits for a host does not hold up those behind
 * it that go elsewhere. Pure.
 */
export const moveLimits = { fleet: 5, outOfHost: 2, intoHost: 2 } as const

export interface MoveRoute {
  readonly sourceHostId: string
  readonly targetHostId: string
}

export interface WaitingMove extends MoveRoute {
  readonly operationId: string
  readonly sourceName: string
  readonly targetName: string
}

/** What it waits for, as a sentence; null: it may begin. */
export function waitsFor(move: Omit<WaitingMove, 'operationId'>, underWay: readonly MoveRoute[]): string | null {
  const { fleet, outOfHost, intoHost } = moveLimits
  const leaving = underWay.filter(({ sourceHostId }) => sourceHostId === move.sourceHostId).length
  const coming = underWay.filter(({ targetHostId }) => targetHostId === move.targetHostId).length
  if (leaving >= outOfHost) return `Waits: ${leaving} moves leave ${move.sourceName}, at most ${outOfHost} may at once.`
  if (coming >= intoHost) return `Waits: ${coming} moves come to ${move.targetName}, at most ${intoHost} may at once.`
  if (underWay.length >= fleet) return `Waits: ${underWay.length} moves are under way, at most ${fleet} may be at once.`
  return null
}

export interface Admission {
  /** May begin, the first one first. */
  readonly begin: readonly string[]
  readonly wait: readonly { readonly operationId: string; readonly text: string }[]
}

/** `waiting` in the order in which they were asked for. */
export function admitMoves(waiting: readonly WaitingMove[], underWay: readonly MoveRoute[]): Admission {
  const taken = [...underWay]
  const begin: string[] = []
  const wait: { operationId: string; text: string }[] = []
  for (const move of waiting) {
    const { operationId } = move
    const text = waitsFor(move, taken)
    if (text === null) {
      begin.push(operationId)
      taken.push(move)
    } else {
      wait.push({ operationId, text })
    }
  }
  return { begin, wait }
}
