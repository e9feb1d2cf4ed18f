/**
 * Samples every machine and the host each 2 s, keeps the history, and hands the live figures on.
 *
 * One round reads /proc synchronously and finishes in a few milliseconds for 100 machines; what QEMU itself must be
 * asked is asked beside it (QmpFigures). The round is tied to the wall clock's even seconds, so that the samples of all
 * machines and hosts share their times.
 */
import { join } from 'node:path'
import type { HostGauges } from '@berth/core/host/host'
import type { VmId } from '@berth/core/ids/ids'
import {
  hostSeriesNames,
  maxVcpuSeries,
  resolutions,
  vmSeriesNames,
  type MetricsAnswer,
  type MetricsQuery,
  type Resolution,
  type VmSample,
} from '@berth/core/metrics/metric-series'
import { queryCpus } from '../qmp/commands/info-commands.ts'
import type { QmpClient } from '../qmp/qmp-client.ts'
import { hypervisor, type HostMeter } from '../hypervisor/hypervisor.ts'
import { MetricsStore } from './metrics-store.ts'
import { QmpFigures } from './qmp-figures.ts'
import { VmProbe } from './vm-probe.ts'

export interface SampledRun {
  vmId: VmId
  pid: number
  vcpus: number
  taps: readonly string[]
  qmp: QmpClient
}

export interface SampleRound {
  at: string
  host: HostGauges
  vms: Partial<Record<VmId, VmSample>>
}

export interface SamplerOptions {
  /** Where the host's own history lies. */
  hostFolder: string
  /** Where a machine's own files lie; its history lies in `metrics` below it. */
  vmFolder: (vmId: VmId) => string
  /** Each machine is measured in one of so many rounds, in turns; the host in all. Default 1. */
  everyRounds?: number
  onRound: (round: SampleRound) => void
}

const vcpuNames = Array.from({ length: maxVcpuSeries }, (_, index) => `vcpu${index}Share`)

export class Sampler {
  readonly #options: SamplerOptions
  readonly #probes = new Map<VmId, VmProbe>()
  readonly #stores = new Map<VmId, MetricsStore>()
  readonly #host: HostMeter
  readonly #hostStore: MetricsStore
  #timer: NodeJS.Timeout | undefined
  #rounds = 0

  constructor(options: SamplerOptions) {
    this.#options = options
    this.#host = hypervisor().openMeter(options.hostFolder)
    this.#hostStore = new MetricsStore(join(options.hostFolder, 'metrics'), hostSeriesNames)
  }

  /** Each round is aimed at the next even interval anew, so that rounds neither drift nor skip a slot of the files. */
  start(): void {
    const { intervalMs } = resolutions.fine
    this.#timer = setTimeout(
      () => {
        this.round(Date.now())
        this.start()
      },
      intervalMs - (Date.now() % intervalMs),
    )
  }

  /** A run began or was adopted. A machine that ends meanwhile is simply not sampled. */
  async runBegan(run: SampledRun): Promise<void> {
    const cpus = await queryCpus(run.qmp, { isRoutine: true }).catch(() => [])
    this.runEnded(run.vmId)
    try {
      const target = { ...run, vcpuThreadIds: cpus.map((cpu) => cpu['thread-id']) }
      this.#probes.set(run.vmId, new VmProbe(target, new QmpFigures(run.qmp)))
    } catch (error) {
      if (!isGone(error)) throw error
    }
  }

  runEnded(vmId: VmId): void {
    this.#probes.get(vmId)?.close()
    this.#probes.delete(vmId)
  }

  /** The machine was deleted: lets go of its files, which go with its folder. */
  forget(vmId: VmId): void {
    this.runEnded(vmId)
    this.#stores.get(vmId)?.close()
    this.#stores.delete(vmId)
  }

  queryVm(vmId: VmId, query: MetricsQuery): MetricsAnswer {
    return this.#store(vmId).query(query)
  }

  queryHost(query: MetricsQuery): MetricsAnswer {
    return this.#hostStore.query(query)
  }

  /** What was measured of a machine here, for its next host; see MetricsStore. */
  packFigures(vmId: VmId, resolution: Resolution): Buffer {
    return this.#store(vmId).pack(resolution)
  }

  mergeFigures(vmId: VmId, resolution: Resolution, packed: Buffer): Promise<void> {
    return this.#store(vmId).merge(resolution, packed)
  }

  /** One round at `nowMs`; called by the timer, and by tests and the bench. */
  round(nowMs: number): void {
    const interfaces = this.#host.interfaces()
    const vms: SampleRound['vms'] = {}
    const { everyRounds = 1 } = this.#options
    let turn = this.#rounds++
    for (const [vmId, probe] of this.#probes) {
      if (turn++ % everyRounds !== 0) continue
      const sample = this.#sampleOne(vmId, nowMs, () => probe.sample(nowMs, interfaces))
      if (sample !== undefined) vms[vmId] = sample
    }
    const host = this.#host.sample(nowMs)
    const { at: _at, numaFreeBytes: _nodes, hugePagesFree: _pages, ...figures } = host
    this.#hostStore.add(nowMs, figures)
    this.#options.onRound({ at: host.at, host, vms })
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const vmId of [...this.#probes.keys()]) this.runEnded(vmId)
    for (const store of this.#stores.values()) store.close()
    this.#hostStore.close()
    this.#host.close()
  }

  #sampleOne(vmId: VmId, nowMs: number, read: () => VmSample | undefined): VmSample | undefined {
    try {
      const sample = read()
      if (sample !== undefined) this.#keep(vmId, nowMs, sample)
      return sample
    } catch (error) {
      // The process ended between two events; the actor learns it by itself.
      if (!isGone(error)) throw error
      this.runEnded(vmId)
      return undefined
    }
  }

  #keep(vmId: VmId, nowMs: number, sample: VmSample): void {
    this.#store(vmId).add(nowMs, sample.values, sample.vcpuShares)
  }

  #store(vmId: VmId): MetricsStore {
    const known = this.#stores.get(vmId)
    if (known !== undefined) return known
    const made = new MetricsStore(join(this.#options.vmFolder(vmId), 'metrics'), vmSeriesNames, vcpuNames)
    this.#stores.set(vmId, made)
    return made
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')
}
