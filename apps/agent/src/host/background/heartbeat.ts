/**
 * What is told with every round of the sampler, each 2 s: figures and pools to whoever listens. Every now and then it
 * looks at what nobody announces: the size of disks, what a guest's agent says, what was installed on the host or plugged
 * into it, old volumes in the trash.
 */
import type { AgentEvent } from '@berth/core/agent-contract/agent-events'
import type { Logger } from 'pino'
import type { EventStream } from '../../events/event-stream.ts'
import type { HostFacts, NumaNode } from '@berth/core/host/host'
import type { SampleRound } from '../../metrics/sampler.ts'
import type { Storage } from '../../storage/storage.ts'
import { FactsNews } from '../facts-news.ts'
import { readFreeMemory, readHugePages, readNumaNodes } from '../memory-layout.ts'
import { silenceOf } from '../../vm/silence.ts'
import { sightVolumes } from '../../vm/volume-sightings.ts'
import type { VmRegistry } from '../../vm/vm-registry.ts'

export interface HeartbeatOptions {
  storage: Storage
  machines: VmRegistry
  events: EventStream
  logger: Logger
  /** The host as it is now. */
  lookAtHost: () => Promise<HostFacts>
}

/** In rounds of 2 s. */
const roundsPerLook = 15
const roundsPerSweep = 1_800
/** The first soon after the start: an agent that is restarted each hour would else never come to it. */
const firstSweepRound = 30
const trashKeptMs = 24 * 3_600_000

/** Call it with each round. A beat that is not through when the next round comes is not overtaken by it. */
export function createHeartbeat(options: HeartbeatOptions): (round: SampleRound) => void {
  let rounds = 0
  let isBeating = false
  let isLooking = false
  const nodes = readNumaNodes()
  const news = new FactsNews(options.lookAtHost, options.events)
  return (round) => {
    rounds++
    for (const actor of options.machines.all()) actor.publisher.sight({ silentSince: silenceOf(actor, Date.now()) })
    // Apart from the beat: looking waits for QEMUs and guests, and one that hangs must not hold up the others' figures.
    if (rounds % roundsPerLook === 0 && !isLooking) {
      isLooking = true
      void Promise.all([lookAtMachines(options), lookAtHost(news, options)]).finally(() => {
        isLooking = false
      })
    }
    if (isBeating) return
    isBeating = true
    beat({ ...options, nodes, news }, round, rounds)
      .catch((error: unknown) => options.logger.error({ err: error }, 'a heartbeat failed'))
      .finally(() => {
        isBeating = false
      })
  }
}

interface Beat extends HeartbeatOptions {
  /** They do not change while the kernel runs. */
  nodes: Promise<readonly NumaNode[]>
  news: FactsNews
}

async function beat(
  { storage, machines, events, nodes, news }: Beat,
  round: SampleRound,
  count: number,
): Promise<void> {
  storage.tendMounts()
  // Figures are not kept: without a reader there is nobody to tell.
  if (events.readerCount() > 0) {
    const [numaNodes, hugePages] = await Promise.all([nodes, readHugePages()])
    const gauges = { ...round.host, ...(await readFreeMemory({ numaNodes, hugePages })) }
    const pools = await storage.observePools(machines.specs())
    const facts = news.take()
    events.publish({ kind: 'host.beat', gauges, pools, ...(facts && { facts }) })
    const sampled: AgentEvent = { kind: 'vm.sampled', at: round.at, samples: samplesOf(round) }
    events.publish(sampled)
  }
  if (count % roundsPerSweep === firstSweepRound) await storage.emptyTrash(trashKeptMs)
}

type Samples = Extract<AgentEvent, { kind: 'vm.sampled' }>['samples']

function samplesOf({ vms }: SampleRound): Samples {
  const samples: Samples = {}
  for (const [vmId, sample] of Object.entries(vms)) if (sample !== undefined) Object.assign(samples, { [vmId]: sample })
  return samples
}

async function lookAtHost(news: FactsNews, { events, logger }: HeartbeatOptions): Promise<void> {
  if (events.readerCount() === 0) return
  await news.look().catch((error: unknown) => logger.warn({ err: error }, 'the host could not be looked at'))
}

/** Side by side: a QEMU or a guest that hangs delays nobody else's look. */
async function lookAtMachines({ machines, storage, events, logger }: HeartbeatOptions): Promise<void> {
  const looks = machines.running().map(async ({ vmId }) => {
    const actor = machines.require(vmId)
    await Promise.all([actor.look(), sightVolumes(actor, storage), actor.lookAtGuest()])
  })
  for (const result of await Promise.allSettled(looks))
    if (result.status === 'rejected') logger.debug({ err: result.reason }, 'a machine could not be looked at')
  if (events.readerCount() === 0) return
  // Said again although nothing changed: a reader that lost one report is true again without waiting for the next change.
  for (const vm of machines.observations()) events.publish({ kind: 'vm.observed', vm })
}
