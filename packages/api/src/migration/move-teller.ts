/**
 * Tells browsers how a move goes, as its source's agent says it: each panel hears the agents, so each tells its own browsers. Owns
 * what it knows of the moves that it heard of lately; nothing of it is kept.
 */
import type { Logger } from 'pino'
import type { MoveProgress } from '@berth/core/migration/move-progress'
import type { MoveView } from '@berth/core/migration/move-view'
import type { PrismaClient } from '@berth/prisma/client'
import { findMove } from './move-row-repo.ts'

/** Five a second; a new phase is told at once. */
const everyMs = 200
/** A move of which nothing was heard for so long has ended, or is read anew. */
const forgetMs = 60_000

export interface MoveTellerOptions {
  readonly db: PrismaClient
  readonly tell: (move: MoveView, ownerId: string | null) => void
  readonly log: Logger
}

type FoundMove = Awaited<ReturnType<typeof findMove>>

interface Heard {
  readonly found: Promise<FoundMove>
  /** Lately, by whichever host. */
  heardAt: number
  toldAt: number
  phase: MoveProgress['phase'] | null
}

export class MoveTeller {
  readonly #options: MoveTellerOptions
  readonly #heard = new Map<string, Heard>()

  constructor(options: MoveTellerOptions) {
    this.#options = options
  }

  /** Only its source knows how a move goes; what another host says of it is not told. */
  progressed(hostId: string, operationId: string, progress: MoveProgress): void {
    const now = performance.now()
    const heard = this.#heard.get(operationId) ?? this.#open(operationId, now)
    heard.heardAt = now
    this.#send(heard.found, (move) => {
      // Before the count: another host's words must not take the place of the source's.
      if (move.source.hostId !== hostId) return null
      if (now - heard.toldAt < everyMs && heard.phase === progress.phase) return null
      heard.toldAt = now
      heard.phase = progress.phase
      return { ...move, progress }
    })
  }

  /** Its row has all that there is now. */
  ended(operationId: string): void {
    this.#heard.delete(operationId)
    this.#send(findMove(this.#options.db, operationId), (move) => move)
  }

  #open(operationId: string, now: number): Heard {
    for (const [id, { heardAt }] of this.#heard) if (now - heardAt > forgetMs) this.#heard.delete(id)
    const found = findMove(this.#options.db, operationId)
    const heard: Heard = { found, heardAt: now, toldAt: Number.NEGATIVE_INFINITY, phase: null }
    this.#heard.set(operationId, heard)
    // What was not read is read again with the next figures.
    found.catch(() => this.#heard.delete(operationId))
    return heard
  }

  #send(found: Promise<FoundMove>, viewOf: (move: MoveView) => MoveView | null): void {
    found
      .then((known) => {
        const view = known && viewOf(known.move)
        if (known && view) this.#options.tell(view, known.ownerId)
      })
      .catch((error: unknown) => this.#options.log.warn({ err: error }, 'a move was not told'))
  }
}
