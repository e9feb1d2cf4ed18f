/**
 * Climbs the policy's ladder while memory is sent: tells QEMU what it may do from then on, and keeps the log of that.
 *
 * Owner of its state: how far it climbed, and why. Invariants: each pass is weighed once; what is told as the next step is
 * what is done next; a step is in the log only after QEMU took it.
 */
import {
  afterPass,
  footOfLadder,
  nextRung,
  type LadderAdvice,
  type LadderPlace,
} from '@berth/core/migration/downtime-ladder'
import { moveLadders, type LadderAction, type MoveLadder, type MovePolicy } from '@berth/core/migration/move-policy'
import type { LadderStep, MoveLadderProgress } from '@berth/core/migration/move-progress'
import { setDowntimeLimit, setThrottle } from '../qmp/commands/move-commands.ts'
import type { QmpClient } from '../qmp/qmp-client.ts'

export interface PassMoment {
  readonly pass: number
  /** What it has to send. */
  readonly remainingBytes: number
  readonly elapsedMs: number
}

export class LadderClimber {
  readonly #ladder: MoveLadder
  readonly #taken: LadderStep[] = []
  #place: LadderPlace = footOfLadder
  #pass = 0
  #isOver = false
  #downtimeLimitMs: number

  constructor(policy: MovePolicy) {
    this.#ladder = moveLadders[policy]
    this.#downtimeLimitMs = this.#ladder.firstDowntimeLimitMs
  }

  get downtimeLimitMs(): number {
    return this.#downtimeLimitMs
  }

  get progress(): MoveLadderProgress {
    return { taken: [...this.#taken], next: this.#isOver ? null : nextRung(this.#ladder, this.#place) }
  }

  /** What came of the pass; done already where QEMU only has to be told. `switch` and `give-up` are for the caller to do. */
  async weigh(qmp: QmpClient, now: PassMoment): Promise<LadderAdvice['kind']> {
    if (now.pass <= this.#pass || this.#isOver) return 'go-on'
    this.#pass = now.pass
    const stalledPasses = this.#place.stalled + 1
    const { place, advice } = afterPass(this.#ladder, this.#place, {
      dirtyBytes: now.remainingBytes,
      elapsedMs: now.elapsedMs,
    })
    if (advice.kind !== 'go-on' && advice.kind !== 'give-up') {
      await this.#tell(qmp, advice)
      const { pass, remainingBytes: passBytes, elapsedMs } = now
      this.#taken.push({ pass, passBytes, elapsedMs: Math.round(elapsedMs), stalledPasses, action: advice })
    }
    this.#place = place
    this.#isOver = advice.kind === 'switch' || advice.kind === 'give-up'
    return advice.kind
  }

  async #tell(qmp: QmpClient, action: LadderAction): Promise<void> {
    switch (action.kind) {
      case 'allow':
        await setDowntimeLimit(qmp, action.downtimeLimitMs)
        this.#downtimeLimitMs = action.downtimeLimitMs
        return
      case 'slow':
        return setThrottle(qmp, action.throttlePercent)
      case 'switch':
        return
    }
  }
}
