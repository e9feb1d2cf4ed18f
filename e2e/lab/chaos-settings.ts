/** How a chaos proxy treats what passes through it. */

/** One direction of a connection. */
export interface ChaosWay {
  /** Each byte leaves so much later than it came; their order stays. */
  readonly delayMs: number
  /** Up to so much more, drawn anew for each piece from the proxy's seed. */
  readonly jitterMs: number
  /** Of each connection; null: as fast as the computer is. */
  readonly bytesPerSecond: number | null
  /**
   * `hold`: nothing comes through, also no end and no reset, and nothing is lost: a cut cable, on which both kernels send
   * again once it is mended. `swallow`: bytes are accepted and lost, so the connection is torn even when it is mended.
   */
  readonly flow: 'pass' | 'hold' | 'swallow'
  /** What happens after so many bytes of one connection, to the byte. */
  readonly limit: { readonly bytes: number; readonly then: 'reset' | 'hold' } | null
}

export interface ChaosSettings {
  readonly toServer: ChaosWay
  readonly toClient: ChaosWay
  /** For whoever connects anew. `hang`: taken and left waiting, until it is open again. `refuse`: nobody listens. */
  readonly door: 'open' | 'hang' | 'refuse'
}

export interface ChaosChange {
  readonly toServer?: Partial<ChaosWay>
  readonly toClient?: Partial<ChaosWay>
  readonly door?: ChaosSettings['door']
}

const calmWay: ChaosWay = { delayMs: 0, jitterMs: 0, bytesPerSecond: null, flow: 'pass', limit: null }

/** As if there were no proxy. */
export const calm: ChaosSettings = { toServer: calmWay, toClient: calmWay, door: 'open' }

export function changed(settings: ChaosSettings, change: ChaosChange): ChaosSettings {
  return {
    toServer: { ...settings.toServer, ...change.toServer },
    toClient: { ...settings.toClient, ...change.toClient },
    door: change.door ?? settings.door,
  }
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
