/**
 * Who is at the consoles of one machine, and whose keys reach it.
 *
 * Owner of the seats. Invariants: of each kind of console at most one seat holds, and while one does nobody else of that
 * kind types; a hold counts only while its seat is here, so a lost link never locks a machine's keyboard. What a seat
 * asked for outlives its link by a minute: a console that comes back by itself comes back as it was.
 */
import type { ConsoleKind } from '@berth/core/agent-contract/agent-contract'
import {
  mayType,
  type ConsoleSeat,
  type ConsoleViewer,
  type InputWish,
  type ViewerInput,
} from '@berth/core/console/console-viewer'

const rememberedMs = 60_000

/** What the registry needs of a viewer's connection. */
export interface ViewerLink {
  readonly seat: ConsoleSeat
  readonly kind: ConsoleKind
  /** The list has changed, or what this viewer may do. */
  readonly changed: () => void
}

interface Place {
  readonly seat: ConsoleSeat
  readonly kind: ConsoleKind
  readonly since: number
  wish: InputWish
  /** While a seat reconnects its old link may not be known to be dead yet. */
  readonly links: Set<ViewerLink>
  /** When the last link was lost. */
  lostAt: number
}

export class ViewerRegistry {
  readonly #places = new Map<string, Place>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  count(kind: ConsoleKind): number {
    let count = 0
    for (const place of this.#places.values()) if (place.kind === kind) count += place.links.size
    return count
  }

  join(link: ViewerLink): void {
    this.#forgetOld()
    const key = keyOf(link)
    const { seat, kind } = link
    const place = this.#places.get(key) ?? {
      ...{ seat, kind, since: this.#now(), lostAt: 0 },
      wish: 'share' as const,
      links: new Set<ViewerLink>(),
    }
    // Somebody took over while it was away: that stands.
    if (place.wish === 'hold' && place.links.size === 0 && this.#holder(kind)) place.wish = 'share'
    place.links.add(link)
    this.#places.set(key, place)
    this.#tellAll()
  }

  /** `isGoodbye`: it was closed on purpose and does not come back. */
  leave(link: ViewerLink, isGoodbye: boolean): void {
    const place = this.#places.get(keyOf(link))
    if (!place?.links.delete(link)) return
    place.lostAt = this.#now()
    if (isGoodbye && place.links.size === 0) this.#places.delete(keyOf(link))
    this.#tellAll()
  }

  wish(link: ViewerLink, wish: InputWish): void {
    const place = this.#places.get(keyOf(link))
    if (!place || place.wish === wish) return
    const holder = this.#holder(place.kind)
    // Whoever held until now types beside the others again once this one lets go.
    if (wish === 'hold' && holder) holder.wish = 'share'
    place.wish = wish
    this.#tellAll()
  }

  mayType(link: ViewerLink): boolean {
    const place = this.#places.get(keyOf(link))
    return place !== undefined && mayType(this.#inputOf(place))
  }

  /** The one whose keys alone reach the machine, if there is one. */
  holderOf(kind: ConsoleKind): ConsoleSeat | undefined {
    return this.#holder(kind)?.seat
  }

  /** The eldest first. */
  list(): ConsoleViewer[] {
    return this.#present()
      .sort((a, b) => a.since - b.since)
      .map((place) => ({
        ...place.seat,
        kind: place.kind,
        since: new Date(place.since).toISOString(),
        input: this.#inputOf(place),
      }))
  }

  #present(): Place[] {
    return [...this.#places.values()].filter((place) => place.links.size > 0)
  }

  #holder(kind: ConsoleKind): Place | undefined {
    return this.#present().find((place) => place.kind === kind && place.wish === 'hold')
  }

  #inputOf(place: Place): ViewerInput {
    if (place.wish === 'watch') return 'watches'
    if (place.wish === 'hold') return 'holds'
    return this.#holder(place.kind) ? 'heldBack' : 'shares'
  }

  #forgetOld(): void {
    const before = this.#now() - rememberedMs
    for (const [key, { links, lostAt }] of this.#places) {
      if (links.size === 0 && lostAt < before) this.#places.delete(key)
    }
  }

  #tellAll(): void {
    for (const { links } of this.#places.values()) for (const link of links) link.changed()
  }
}

const keyOf = ({ kind, seat }: ViewerLink): string => `${kind} ${seat.seatId}`
