/**
 * What a simulated guest does: its processor, disk, network and memory as functions of time alone. So counters need no
 * upkeep between two questions, a graph of last week is there at once, and two runs with the same seed show the same.
 *
 * Each share is a mean and three waves (a day, some minutes, some seconds) that are never larger than the mean or its rest
 * to 1: the counter that belongs to it is then the exact integral. Pure.
 */
import { MiB } from '@berth/core/units/bytes'
import { seededRandom } from './seeded-random.ts'

interface Wave {
  readonly height: number
  readonly periodS: number
  readonly phase: number
}

export interface SimLoad {
  readonly mean: number
  readonly waves: readonly Wave[]
  /** At full load. */
  readonly diskBytesPerSecond: number
  readonly networkBytesPerSecond: number
  /** Of its memory: what it ever touched, and what it uses now. */
  readonly residentShare: number
  readonly usedShare: number
  /** Of its memory per second, at full load: what a move must send again. */
  readonly dirtyShare: number
}

const blockBytes = 16 * 1024
const readPart = 0.4
const receivePart = 0.55
const readNs = 350_000
const writeNs = 900_000

export function simLoadOf(seed: number): SimLoad {
  const random = seededRandom(seed)
  const temper = random()
  // Most machines of a fleet idle, some work, few are full.
  const mean = temper < 0.6 ? 0.02 + 0.08 * random() : temper < 0.92 ? 0.12 + 0.3 * random() : 0.55 + 0.3 * random()
  const room = Math.min(mean, 1 - mean) * 0.95
  const wave = (part: number, periodS: number): Wave => ({
    height: room * part,
    periodS,
    phase: 2 * Math.PI * random(),
  })
  return {
    mean,
    waves: [wave(0.5, 86_400), wave(0.3, 240 + 600 * random()), wave(0.2, 20 + 50 * random())],
    diskBytesPerSecond: (1 + 60 * random()) * MiB,
    networkBytesPerSecond: (0.5 + 40 * random()) * MiB,
    residentShare: 0.35 + 0.5 * random(),
    usedShare: 0.2 + 0.4 * random(),
    dirtyShare: 0.002 + 0.03 * random() ** 2,
  }
}

/** 0 to 1 of all its vCPUs, at a time since 1970. */
export function shareAt({ mean, waves }: SimLoad, timeMs: number): number {
  let share = mean
  for (const { height, periodS, phase } of waves) share += height * Math.sin(angle(timeMs, periodS) + phase)
  return share
}

/** The integral of `shareAt` in seconds. */
export function workBetween({ mean, waves }: SimLoad, fromMs: number, toMs: number): number {
  let seconds = (mean * (toMs - fromMs)) / 1_000
  for (const { height, periodS, phase } of waves) {
    const begin = Math.cos(angle(fromMs, periodS) + phase)
    const end = Math.cos(angle(toMs, periodS) + phase)
    seconds += ((height * periodS) / (2 * Math.PI)) * (begin - end)
  }
  return seconds
}

/** Reduced first: the sine of a large number is slow and rough. */
const angle = (timeMs: number, periodS: number): number =>
  (2 * Math.PI * (timeMs % (periodS * 1_000))) / periodS / 1_000

export interface DiskWork {
  readonly rd_bytes: number
  readonly wr_bytes: number
  readonly rd_operations: number
  readonly wr_operations: number
  readonly rd_total_time_ns: number
  readonly wr_total_time_ns: number
}

/** What `workS` seconds of full load leave in the counters of a disk. */
export function diskWork({ diskBytesPerSecond }: SimLoad, workS: number): DiskWork {
  const reads = Math.floor((readPart * diskBytesPerSecond * workS) / blockBytes)
  const writes = Math.floor(((1 - readPart) * diskBytesPerSecond * workS) / blockBytes)
  return {
    rd_bytes: reads * blockBytes,
    wr_bytes: writes * blockBytes,
    rd_operations: reads,
    wr_operations: writes,
    rd_total_time_ns: reads * readNs,
    wr_total_time_ns: writes * writeNs,
  }
}

/** As the guest sees it. */
export function networkWork({ networkBytesPerSecond }: SimLoad, workS: number): { rx: number; tx: number } {
  const bytes = networkBytesPerSecond * workS
  return { rx: Math.floor(bytes * receivePart), tx: Math.floor(bytes * (1 - receivePart)) }
}

/** A sample as the agent would have taken it then: by the names of core's vmSeriesNames. */
export function figuresAt(load: SimLoad, memoryBytes: number, timeMs: number): Readonly<Record<string, number>> {
  const share = shareAt(load, timeMs)
  const disk = diskWork(load, share)
  const { rx, tx } = networkWork(load, share)
  return {
    cpuShare: share,
    memoryHostBytes: memoryBytes * load.residentShare,
    memoryGuestUsedBytes: usedBytesAt(load, memoryBytes, timeMs),
    diskReadBytesPerSecond: disk.rd_bytes,
    diskWriteBytesPerSecond: disk.wr_bytes,
    diskReadsPerSecond: disk.rd_operations,
    diskWritesPerSecond: disk.wr_operations,
    diskReadLatencyMs: readNs / 1e6,
    diskWriteLatencyMs: writeNs / 1e6,
    networkRxBytesPerSecond: rx,
    networkTxBytesPerSecond: tx,
  }
}

export const usedBytesAt = (load: SimLoad, memoryBytes: number, timeMs: number): number =>
  Math.floor(memoryBytes * load.usedShare * (0.9 + 0.1 * shareAt(load, timeMs)))
