/**
 * What the network sees of a guest while it changes hosts: asked for an echo each 10 ms by its old host, from before the
 * switch-over until the new one has run it for a while. The old host's bridge is joined to the new one's by the guests' own
 * network, so the answers find their way from either.
 *
 * Owner of its state: one program at a time, and when its answers came. Invariants: no move waits for it or fails by it; the
 * program is ended when this is disposed, however the move went.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { VmId } from '@berth/core/ids/ids'
import type { NetworkSilence } from '@berth/core/migration/move-progress'
import type { NicSpec } from '@berth/core/network/network'
import type { GuestAddress } from '@berth/core/vm/vm-observation'
import type { Logger } from 'pino'
import { askEchoes, bridgeCidrs, everyMs } from './ask-echoes.ts'
import { echoAddress, nicToHear, type BridgeNic } from './echo-address.ts'
import { isSwitchNear, type NearFigures } from './near-switch.ts'
import { silenceAround, unheard } from './reply-gaps.ts'

export interface GuestHearingOptions {
  readonly vmId: VmId
  readonly nics: readonly NicSpec[]
  readonly addresses: readonly GuestAddress[]
  readonly logger: Logger
  /** Aborts when the agent ends. */
  readonly signal: AbortSignal
}

/** Once it has answered for so long from the other host, the switch is over for the network, too. */
const calmMs = 1_000
/** One that is not heard by then is waited for no more. */
const patienceMs = 5_000
/** More than three minutes' worth. */
const keptReplies = 20_000

export class GuestHearing implements Disposable {
  /** What is known before anybody listens: nothing can be heard of it. */
  readonly known: NetworkSilence | undefined
  readonly #options: GuestHearingOptions
  readonly #nic: BridgeNic | undefined
  readonly #over = new AbortController()
  #turn: { readonly abort: AbortController; readonly ended: Promise<void> } | undefined
  #replies: number[] = []
  #trouble: string | undefined
  #hasBegun = false
  #calm: { readonly fromMs: number; readonly reached: () => void } | undefined

  constructor(options: GuestHearingOptions) {
    this.#options = options
    const nic = nicToHear(options.nics)
    this.#nic = nic.kind === 'bridge' ? nic : undefined
    this.known = nic.kind === 'none' ? unheard(nic.reason) : undefined
  }

  /** Where memory is sent at once: it may all be over before the first figures. */
  begin(): void {
    this.#listen(true)
  }

  /** The figures of the move, as they come. */
  see(progress: NearFigures): void {
    this.#listen(isSwitchNear(this.#turn !== undefined, progress))
  }

  /** The other host has just said that it runs there. Resolves some seconds later, at once where nobody listens; never rejects. */
  async afterTaken(stoppedAtMs: number | undefined): Promise<NetworkSilence> {
    const takenAtMs = Date.now()
    if (this.known !== undefined) return this.known
    if (this.#turn !== undefined) await this.#untilCalm(this.#turn.ended, takenAtMs + calmMs)
    this[Symbol.dispose]()
    if (stoppedAtMs === undefined) return unheard('Nobody saw when it stood.')
    const times = { stoppedAtMs, takenAtMs, endedAtMs: Date.now() }
    const silence = silenceAround({ repliesMs: this.#replies, times, everyMs })
    return silence.kind === 'measured' ? silence : this.#inOtherWords(silence)
  }

  [Symbol.dispose](): void {
    this.#over.abort()
  }

  #inOtherWords(silence: NetworkSilence): NetworkSilence {
    if (this.#trouble !== undefined) return unheard(this.#trouble)
    if (!this.#hasBegun) return unheard('It switched over before anybody listened.')
    if (this.#options.signal.aborted) return unheard('The agent of its old host was ended meanwhile.')
    return silence
  }

  async #untilCalm(ended: Promise<void>, fromMs: number): Promise<void> {
    const calm = Promise.withResolvers<void>()
    this.#calm = { fromMs, reached: calm.resolve }
    const signal = AbortSignal.any([this.#over.signal, this.#options.signal])
    // It is aborted when the others were first.
    const late = pause(patienceMs, undefined, { signal }).catch(() => undefined)
    await Promise.race([calm.promise, ended, late])
  }

  #listen(isWanted: boolean): void {
    const nic = this.#nic
    if (nic === undefined) return
    if (!isWanted) this.#turn?.abort.abort()
    const isOver = this.#over.signal.aborted || this.#options.signal.aborted || this.#trouble !== undefined
    if (!isWanted || isOver || this.#turn !== undefined) return
    const abort = new AbortController()
    const signal = AbortSignal.any([abort.signal, this.#over.signal, this.#options.signal])
    const ended = this.#ask(nic, signal).finally(() => (this.#turn = undefined))
    this.#turn = { abort, ended }
  }

  async #ask(nic: BridgeNic, signal: AbortSignal): Promise<void> {
    const { addresses, logger, vmId } = this.#options
    const to = echoAddress(nic, addresses, await bridgeCidrs(nic.bridge, signal))
    this.#hasBegun = true
    const onReply = (atMs: number): void => this.#hear(atMs)
    this.#trouble = await askEchoes(to, { bridge: nic.bridge, onReply, signal })
    if (this.#trouble !== undefined)
      logger.info({ vmId, to, trouble: this.#trouble }, 'nobody hears a guest that moves')
  }

  #hear(atMs: number): void {
    // The last before a long silence stays, for then there are no others.
    if (this.#replies.length >= 2 * keptReplies) this.#replies = this.#replies.slice(-keptReplies)
    this.#replies.push(atMs)
    if (this.#calm !== undefined && atMs >= this.#calm.fromMs) this.#calm.reached()
  }
}
