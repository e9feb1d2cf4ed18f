/** Where a machine could go, and the refusal of where it cannot. */
import { AppError } from '@berth/core/errors/app-error'
import type { DiskWish } from '@berth/core/migration/disk-plan'
import type { HostFitness } from '@berth/core/migration/move-fitness'
import type { DatabaseClient } from '@berth/prisma/client'
import { bestOf, hostFitness } from '../placement/host-fitness.ts'
import { findCandidateHosts } from '../placement/candidate-repo.ts'
import { findMovingMachine } from './moving-machine-repo.ts'

/** Every host, the best first; with its disks in the pools that are wished. Throws VM_NOT_FOUND, VM_STATE_CONFLICT. */
export async function findMoveTargets(
  db: DatabaseClient,
  vmId: string,
  wishes: readonly DiskWish[] = [],
): Promise<HostFitness[]> {
  const [machine, hosts] = await Promise.all([findMovingMachine(db, vmId, wishes), findCandidateHosts(db, vmId)])
  return hostFitness(machine, hosts)
}

/** The wished host, or the best. Throws HOST_NOT_FOUND, HOST_UNFIT with the reasons. */
export function requireFitHost(hosts: readonly HostFitness[], wishedId: string | null): HostFitness {
  const host = wishedId === null ? bestOf(hosts) : hosts.find(({ hostId }) => hostId === wishedId)
  if (host === undefined) throw new AppError('HOST_NOT_FOUND', `There is no host ${wishedId}.`)
  if (host === null) throw new AppError('HOST_UNFIT', noneFits(hosts), { details: { hosts: [...hosts] } })
  if (host.verdict !== 'cannot') return host
  const { hostId, name, reasons } = host
  throw new AppError('HOST_UNFIT', againstOf(host), { details: { hostId, name, reasons: [...reasons] } })
}

const againstOf = ({ name, reasons }: HostFitness): string =>
  `Not to ${name}: ${reasons
    .filter(({ verdict }) => verdict === 'cannot')
    .map(({ text }) => text)
    .join(' ')}`

function noneFits(hosts: readonly HostFitness[]): string {
  const others = hosts.filter(({ isCurrent }) => !isCurrent)
  if (others.length === 0) return 'There is no other host.'
  return `No other host can take it. ${others.map(againstOf).join(' ')}`
}
