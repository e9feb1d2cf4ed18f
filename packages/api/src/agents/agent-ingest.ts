/**
 * Writes what agents tell into the database, and passes live figures on.
 *
 * One queue per host, drained one write at a time, so that a slow database never holds up a stream. The queue cannot grow
 * beyond one entry per machine: of two reports on one, only the newer is kept, and a snapshot replaces all before it.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { AgentEvent, HostSnapshot } from '@berth/core/agent-contract/agent-events'
import type { HostFacts } from '@berth/core/host/host'
import type { PanelEvent } from '@berth/core/events/panel-events'
import { hostIdSchema } from '@berth/core/ids/ids'
import type { MoveProgress } from '@berth/core/migration/move-progress'
import type { PoolObservation } from '@berth/core/storage/volume'
import type { PrismaClient } from '@berth/prisma/client'
import { isDatabaseUnavailable } from '@berth/prisma/database-errors'
import type { AgentHello, AgentSink } from './agent-sink.ts'
import { writeFacts, writeHello, writeMisfit, writePools } from './host-link-repo.ts'
import type { LiveFiguresStore } from './live-figures-store.ts'
import { writeImages } from '../image/image-sighting-repo.ts'
import { PlacedMachines } from './placed-machines.ts'
import { forgetObservation, listPlacedVmIds, writeObservation, writeSnapshot } from './vm-observed-repo.ts'

/** How often something is tried again that the database, though it is there, does not take. */
const maxRefusals = 2
const retryMs = 1_000
/** Free space changes with every write of a guest; nobody looks at it more often. */
const poolsEveryMs = 10_000

export type Gauges = Extract<PanelEvent, { kind: 'gauges' }>
type VmNews = Extract<AgentEvent, { kind: 'vm.observed' | 'vm.removed' }>

export interface AgentIngestOptions {
  readonly db: PrismaClient
  readonly live: LiveFiguresStore
  /** To the browsers, not kept. */
  readonly tellGauges: (gauges: Gauges) => void
  readonly tellMove: (hostId: string, operationId: string, progress: MoveProgress) => void
  readonly log: Logger
}

interface Queue {
  hello: AgentHello | null
  snapshot: HostSnapshot | null
  readonly news: Map<string, VmNews>
  facts: HostFacts | null
  pools: readonly PoolObservation[] | null
  poolsAt: number
  bootId: string
  isDraining: boolean
}

interface Write {
  readonly what: string
  readonly run: () => Promise<unknown>
  /** Puts it into the queue again unless something newer came meanwhile. */
  readonly giveBack: () => void
  /** What can be saved of one that the database does not take. */
  readonly giveUp?: () => void
}

export class AgentIngest implements AgentSink {
  readonly #options: AgentIngestOptions
  readonly #queues = new Map<string, Queue>()
  readonly #placed: PlacedMachines

  constructor(options: AgentIngestOptions) {
    this.#options = options
    this.#placed = new PlacedMachines((hostId) => listPlacedVmIds(options.db, hostId))
  }

  connected(hostId: string, hello: AgentHello): void {
    const queue = this.#queueOf(hostId)
    queue.hello = hello
    this.#drain(hostId, queue)
  }

  incompatible(hostId: string, hello: AgentHello): void {
    writeMisfit(this.#options.db, hostId, hello).catch((error: unknown) => {
      // With its next try, seconds from now, it is said again.
      this.#options.log.warn({ err: error, hostId }, 'what an agent told was not written')
    })
  }

  received(hostId: string, event: AgentEvent): void {
    const queue = this.#queueOf(hostId)
    switch (event.kind) {
      case 'host.snapshot':
        queue.snapshot = event.snapshot
        queue.bootId = event.snapshot.facts.bootId
        queue.facts = null
        queue.news.clear()
        break
      case 'host.beat':
        this.#options.live.setGauges(hostId, event.gauges)
        this.#tell(hostId, { at: event.gauges.at, host: event.gauges, vms: {} })
        if (event.facts !== undefined) queue.facts = event.facts
        if (performance.now() - queue.poolsAt >= poolsEveryMs) {
          queue.pools = event.pools
          queue.poolsAt = performance.now()
        }
        break
      case 'vm.observed':
        // Taken out first, so that the queue keeps the order in which machines spoke last.
        queue.news.delete(event.vm.vmId)
        queue.news.set(event.vm.vmId, event)
        break
      case 'vm.removed':
        queue.news.delete(event.vmId)
        queue.news.set(event.vmId, event)
        break
      case 'vm.sampled':
        void this.#sampled(hostId, event)
        break
      case 'step.progressed':
        if (event.progress.move) this.#options.tellMove(hostId, event.key.operationId, event.progress.move)
        return
      case 'step.ended':
        return
    }
    this.#drain(hostId, queue)
  }

  async #sampled(hostId: string, { at, samples }: Extract<AgentEvent, { kind: 'vm.sampled' }>): Promise<void> {
    const { live, log } = this.#options
    try {
      const vms = await this.#placed.ownOf(hostId, samples)
      live.setSamples(vms)
      this.#tell(hostId, { at, host: null, vms })
    } catch (error) {
      // The next ones come in 2 s.
      log.warn({ err: error, hostId }, 'figures of machines were not told')
    }
  }

  #tell(hostId: string, gauges: Omit<Gauges, 'kind' | 'hostId'>): void {
    this.#options.tellGauges({ kind: 'gauges', hostId: hostIdSchema.parse(hostId), ...gauges })
  }

  #queueOf(hostId: string): Queue {
    const known = this.#queues.get(hostId)
    if (known) return known
    const fresh: Queue = {
      hello: null,
      snapshot: null,
      news: new Map(),
      facts: null,
      pools: null,
      poolsAt: Number.NEGATIVE_INFINITY,
      bootId: '',
      isDraining: false,
    }
    this.#queues.set(hostId, fresh)
    return fresh
  }

  #drain(hostId: string, queue: Queue): void {
    if (queue.isDraining) return
    queue.isDraining = true
    void this.#drainAll(hostId, queue)
  }

  async #drainAll(hostId: string, queue: Queue): Promise<void> {
    let refusals = 0
    for (let write = this.#next(hostId, queue); write !== null; write = this.#next(hostId, queue)) {
      try {
        await write.run()
        refusals = 0
      } catch (error) {
        this.#options.log.warn({ err: error, hostId, what: write.what }, 'what an agent told was not written')
        // What is lost here stays wrong until the machine changes again, so an error that nobody knows is tried again
        // too; but not for ever, or it would hold up what comes behind it.
        refusals = isDatabaseUnavailable(error) ? 0 : refusals + 1
        if (refusals > maxRefusals) {
          refusals = 0
          write.giveUp?.()
          continue
        }
        write.giveBack()
        await wait(retryMs)
      }
    }
    // In the same turn in which the queue was found empty, or what comes in between would wait for ever.
    queue.isDraining = false
  }

  #next(hostId: string, queue: Queue): Write | null {
    const { db } = this.#options
    const { hello, snapshot, facts, pools, bootId } = queue
    if (hello !== null) {
      queue.hello = null
      return { what: 'hello', run: () => writeHello(db, hostId, hello), giveBack: () => (queue.hello ??= hello) }
    }
    if (snapshot !== null) {
      queue.snapshot = null
      const run = async (): Promise<void> => {
        await writeFacts(db, hostId, snapshot.facts)
        await writeSnapshot(db, { hostId, bootId, vms: snapshot.vms })
        await writePools(db, hostId, snapshot.pools)
        await writeImages(db, hostId, snapshot)
      }
      // One machine that cannot be written must not keep its neighbours from it.
      const giveUp = (): void => {
        if (queue.snapshot !== null) return
        for (const vm of snapshot.vms) {
          if (!queue.news.has(vm.vmId)) queue.news.set(vm.vmId, { kind: 'vm.observed', vm })
        }
      }
      return { what: 'snapshot', run, giveBack: () => (queue.snapshot ??= snapshot), giveUp }
    }
    if (facts !== null) {
      queue.facts = null
      const run = (): Promise<void> => writeFacts(db, hostId, facts)
      const giveBack = (): void => {
        if (queue.snapshot === null) queue.facts ??= facts
      }
      return { what: 'facts', run, giveBack }
    }
    const [first] = queue.news
    if (first !== undefined) {
      const [vmId, news] = first
      queue.news.delete(vmId)
      const run = async (): Promise<unknown> =>
        news.kind === 'vm.observed'
          ? writeObservation(db, { hostId, bootId, vm: news.vm })
          : forgetObservation(db, { hostId, ...news })
      const giveBack = (): void => {
        if (!queue.news.has(vmId) && queue.snapshot === null) queue.news.set(vmId, news)
      }
      return { what: news.kind, run, giveBack }
    }
    if (pools === null) return null
    queue.pools = null
    return { what: 'pools', run: () => writePools(db, hostId, pools), giveBack: () => (queue.pools ??= pools) }
  }
}
