/** Finds all machines again when the agent starts: records from disk, processes from the kernel, addresses from DHCP. */
import { setTimeout as pause } from 'node:timers/promises'
import type { HostCheck } from '@berth/core/host/host'
import { vmIdSchema } from '@berth/core/ids/ids'
import type { Logger } from 'pino'
import type { Networks } from '../network/networks.ts'
import { sweepNetworks } from '../network/sweep-networks.ts'
import { scanProcesses } from '../qemu/process-identity.ts'
import type { Storage } from '../storage/storage.ts'
import { adoptMachine } from './adopt.ts'
import { leasedAddresses, withAddresses } from './guest-addresses.ts'
import type { MachineLauncher } from './machine-launcher.ts'
import { sweepMachines } from './sweep-machines.ts'
import type { VmRegistry } from './vm-registry.ts'
import type { VmStore } from './vm-store.ts'
import { sightVolumes } from './volume-sightings.ts'

export interface OpenMachinesOptions {
  store: VmStore
  registry: VmRegistry
  launcher: MachineLauncher
  storage: Storage
  networks: Networks
  runRoot: string
  logger: Logger
}

/** Returns what the host's self-test has to say: records that cannot be read, and processes that no record explains. */
export async function openMachines(options: OpenMachinesOptions): Promise<HostCheck[]> {
  const { store, registry, launcher, storage, networks, logger } = options
  const { records, unreadable } = await store.loadAll()
  const actors = records.map((record) => registry.add(record))
  const settlings = actors.map((actor) => ({ actor, settled: adoptMachine(actor, { launcher, logger }) }))
  await Promise.all(settlings.map(({ settled }) => settledOrLate(settled)))
  await sweepMachines(options)
  await sweepNetworks(networks, logger)
  const swept = await storage.sweep(unreadable.length > 0 ? 'unknown' : registry.specs())
  if (swept.length > 0) logger.info({ swept }, 'what an earlier agent left half done in the pool was removed')
  // After all, not after each: what it publishes is written and synced, and that would hold up the others' files.
  await Promise.all(actors.map((actor) => sightVolumes(actor, storage)))
  // Before anybody listens: were we killed with less on disk than was told, the next life would tell older news. What
  // cannot be written was said in the log.
  await Promise.allSettled(actors.map((actor) => actor.publisher.saved()))
  // Only now, for they would share the adoption's time, and some guests take seconds to answer.
  for (const { actor, settled } of settlings) {
    settled.then(
      () => actor.tryGuest(),
      (error: unknown) => logger.error({ err: error, vmId: actor.vmId }, 'a machine could not be settled'),
    )
  }
  const tellLeases = (): void => {
    const leases = networks.leases()
    for (const { machine, publisher } of registry.all()) {
      if (machine === undefined) continue
      const leased = leasedAddresses(machine.spec.nics, leases)
      publisher.sight({ addresses: withAddresses(publisher.observation().addresses, 'lease', leased) })
    }
  }
  networks.onLeaseChange(tellLeases)
  tellLeases()
  return [...unreadable.map(unreadableCheck), ...(await strangerChecks(options))]
}

/** A QEMU that hangs must not keep the host from being served: it is settled beside it, and until then it is silent. */
const patienceMs = 1_500

async function settledOrLate(settling: Promise<unknown>): Promise<void> {
  const patience = new AbortController()
  const late = pause(patienceMs, undefined, patience).catch(() => undefined)
  await Promise.race([settling, late])
  patience.abort()
}

/** Machines whose QEMU lives and does not answer, as they are now. */
export const silenceChecks = (registry: VmRegistry): HostCheck[] =>
  registry.all().flatMap(({ hasProcess, machine, record }): HostCheck[] => {
    if (!hasProcess || machine !== undefined) return []
    const pid = record.run?.pid ?? 'unknown'
    const message = `QEMU of ${record.spec.name} (pid ${pid}) does not answer. It is tried on; it can be stopped.`
    return [{ name: 'silent machines', status: 'warning', message }]
  })

const unreadableCheck = ({ path, reason }: { path: string; reason: string }): HostCheck => ({
  name: 'machine records',
  status: 'failed',
  message: `${path} cannot be read and was left as it is: ${reason}`,
})

/** A QEMU below our run root whose machine is not known: told, never ended, for somebody may need it. */
async function strangerChecks({ registry, runRoot }: OpenMachinesOptions): Promise<HostCheck[]> {
  const strangers = (await scanProcesses(runRoot)).filter(({ vmId }) => {
    const known = vmIdSchema.safeParse(vmId)
    return !known.success || (registry.get(known.data) === undefined && !registry.waiting.has(known.data))
  })
  return strangers.map(({ pid, vmId }) => ({
    name: 'unknown machines',
    status: 'warning',
    message: `QEMU with pid ${pid} runs machine ${vmId}, of which nothing is known here.`,
  }))
}
