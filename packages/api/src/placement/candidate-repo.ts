/** Hosts as placement weighs them. */
import type { z } from 'zod'
import { hostFactsSchema, hostStateSchema } from '@berth/core/host/host'
import { networksOffered } from '@berth/core/network/network'
import type { DatabaseClient } from '@berth/prisma/client'
import { promisedMemory } from '../host/committed-repo.ts'
import { findImagePlaces, findImageSenders } from '../image/image-place-repo.ts'
import type { CandidateHost, CandidatePool } from './candidate-host.ts'
import type { PlacementHost } from './place-vm.ts'
import { promisedRoom, roomKey } from './promised-room-repo.ts'

const traitsSchema = hostFactsSchema.pick({
  architecture: true,
  cpuModel: true,
  cpuFlags: true,
  cpuCount: true,
  memoryBytes: true,
  acceleration: true,
  qemuVersion: true,
  machineTypes: true,
  firmwares: true,
  networkKinds: true,
  bridges: true,
  nics: true,
})
/** Of a host that has not spoken yet: nothing fits there. */
const unknownTraits: z.infer<typeof traitsSchema> = {
  architecture: '',
  cpuModel: '',
  cpuCount: 0,
  memoryBytes: 0,
  acceleration: { kind: 'tcg', reason: '' },
  qemuVersion: '',
  machineTypes: [],
  firmwares: [],
  networkKinds: [],
  nics: [],
}

/** All hosts, as they are without one machine where it is given: then its own memory and disks count nowhere. */
export async function findCandidateHosts(db: DatabaseClient, exceptVmId: string | null): Promise<CandidateHost[]> {
  const [rows, promised, room] = await Promise.all([
    db.host.findMany({ include: { pools: true }, orderBy: { name: 'asc' } }),
    promisedMemory(db, exceptVmId),
    promisedRoom(db, exceptVmId),
  ])
  return rows.map((row) => {
    const { nics, ...traits } = traitsSchema.catch(unknownTraits).parse(row.facts)
    return {
      hostId: row.id,
      name: row.name,
      state: hostStateSchema.parse(row.state),
      stateSince: row.stateSince,
      isInMaintenance: row.isInMaintenance,
      moveNetwork: row.moveNetwork,
      addresses: nics.flatMap(({ addresses }) => addresses.map((address) => address.split('/')[0] ?? address)),
      capabilities: row.capabilities,
      ...traits,
      networks: networksOffered(traits),
      committedMemoryBytes: promised.get(row.id) ?? 0,
      pools: row.pools.map(candidatePoolOf).map((pool) => without(pool, room.get(roomKey(row.id, pool.name)))),
    }
  })
}

const without = (pool: CandidatePool, promisedBytes = 0): CandidatePool => ({
  ...pool,
  freeBytes: Math.max(0, pool.freeBytes - promisedBytes),
})

interface PoolRow {
  readonly name: string
  readonly freeBytes: bigint
  readonly sharedId: string | null
  readonly problem: string | null
}

export const candidatePoolOf = ({ name, freeBytes, sharedId, problem }: PoolRow): CandidatePool => ({
  name,
  freeBytes: Number(freeBytes),
  sharedPoolId: sharedId,
  problem,
})

/** All hosts, for a machine that is made from an image. */
export async function findPlacementHosts(db: DatabaseClient, imageId: string): Promise<PlacementHost[]> {
  const [hosts, places, senders] = await Promise.all([
    findCandidateHosts(db, null),
    findImagePlaces(db, imageId),
    findImageSenders(db, imageId),
  ])
  return hosts.map((host) => ({
    ...host,
    imageFrom: host.capabilities.includes('image-transfer')
      ? (senders.find(({ hostId }) => hostId !== host.hostId)?.name ?? null)
      : null,
    imagePools: places.filter(({ hostId }) => hostId === host.hostId).map(({ pool }) => pool),
  }))
}
