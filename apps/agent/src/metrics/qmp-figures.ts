/**
 * The figures that only QEMU has: disk counters, and memory as the guest sees it.
 *
 * A question is asked when the last one was answered, never more: a QEMU that hangs makes its own figures old, and holds
 * up nobody. Old figures are not shown.
 */
import type { QmpClient } from '../qmp/qmp-client.ts'
import {
  queryBlockStats,
  readGuestStats,
  setGuestStatsInterval,
  type BlockStats,
} from '../qmp/commands/stats-commands.ts'
import { balloonQomPath } from '../qemu/argv.ts'

/** Counters since QEMU's start, over all disks. */
export interface DiskCounters {
  atMs: number
  readBytes: number
  writeBytes: number
  reads: number
  writes: number
  readNs: number
  writeNs: number
}

/** The guest's memory moves slowly and each question costs its balloon driver a wake-up. */
const guestStatsEverySamples = 5
/** While the guest never made a report: it has no balloon driver, or has not started it yet. */
const guestSilentEverySamples = 15
const guestStatsIntervalSeconds = 10
const routine = { timeoutMs: 1_500, isRoutine: true }

export class QmpFigures {
  readonly #qmp: QmpClient
  #isAsking = false
  #isIntervalSet = false
  #samplesToGuest = 0
  #disks: DiskCounters | undefined
  #guestUsed: { atMs: number; bytes: number } | undefined

  constructor(qmp: QmpClient) {
    this.#qmp = qmp
  }

  get disks(): DiskCounters | undefined {
    return this.#disks
  }

  /** Bytes that the guest uses, or undefined when it has not said so within the last half minute. */
  guestUsedBytes(nowMs: number): number | undefined {
    return this.#guestUsed !== undefined && nowMs - this.#guestUsed.atMs < 30_000 ? this.#guestUsed.bytes : undefined
  }

  /** Asks in the background unless an answer is outstanding; `now` is the clock, called when the answer comes. */
  ask(now: () => number): void {
    if (this.#isAsking) return
    this.#isAsking = true
    this.#askAll(now)
      .catch(() => undefined) // the link died or QEMU is slow: the figures simply grow old
      .finally(() => {
        this.#isAsking = false
      })
  }

  async #askAll(now: () => number): Promise<void> {
    const disks = await queryBlockStats(this.#qmp, routine)
    this.#disks = { atMs: now(), ...sumDisks(disks) }
    if (this.#samplesToGuest-- > 0) return
    this.#samplesToGuest = guestStatsEverySamples - 1
    if (!this.#isIntervalSet) {
      await setGuestStatsInterval(this.#qmp, balloonQomPath, guestStatsIntervalSeconds)
      this.#isIntervalSet = true
    }
    const memory = await readGuestStats(this.#qmp, balloonQomPath, routine)
    if (memory.updatedAtSeconds === 0) this.#samplesToGuest = guestSilentEverySamples - 1
    const free = memory.availableBytes ?? memory.freeBytes
    if (memory.updatedAtSeconds === 0 || memory.totalBytes === undefined || free === undefined) return
    this.#guestUsed = { atMs: now(), bytes: memory.totalBytes - free }
  }
}

function sumDisks(disks: readonly BlockStats[]): Omit<DiskCounters, 'atMs'> {
  const total = { readBytes: 0, writeBytes: 0, reads: 0, writes: 0, readNs: 0, writeNs: 0 }
  for (const { qdev, stats } of disks) {
    if (qdev === undefined) continue // nodes that no device uses, such as an image below an overlay
    total.readBytes += stats.rd_bytes
    total.writeBytes += stats.wr_bytes
    total.reads += stats.rd_operations
    total.writes += stats.wr_operations
    total.readNs += stats.rd_total_time_ns
    total.writeNs += stats.wr_total_time_ns
  }
  return total
}
