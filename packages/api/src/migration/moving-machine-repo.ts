/** A machine as the rules of a move look at it: what its process was started with, where its disks are, and what its host is. */
import { AppError } from '@berth/core/errors/app-error'
import { hostFactsSchema } from '@berth/core/host/host'
import type { ImageId } from '@berth/core/ids/ids'
import type { DiskWish } from '@berth/core/migration/disk-plan'
import { networkNeed } from '@berth/core/network/network'
import type { DiskSpec } from '@berth/core/storage/volume'
import { vmObservationSchema, type VmObservation } from '@berth/core/vm/vm-observation'
import { vmSpecSchema } from '@berth/core/vm/vm-spec'
import type { DatabaseClient } from '@berth/prisma/client'
import { findImagePlaces, findImageSenders } from '../image/image-place-repo.ts'
import type { CandidatePool } from '../placement/candidate-host.ts'
import { candidatePoolOf } from '../placement/candidate-repo.ts'
import type { MovingDisk, MovingMachine } from '../placement/moving-machine.ts'

const sourceFactsSchema = hostFactsSchema.pick({
  architecture: true,
  cpuModel: true,
  cpuFlags: true,
  qemuVersion: true,
  acceleration: true,
})

/** `wishes`: into which pools its disks shall go. Throws VM_NOT_FOUND, and VM_STATE_CONFLICT for one whose host has never spoken. */
export async function findMovingMachine(
  db: DatabaseClient,
  vmId: string,
  wishes: readonly DiskWish[],
): Promise<MovingMachine> {
  const row = await db.vm.findFirst({
    where: { id: vmId, deletedAt: null },
    include: { host: { include: { pools: true } }, observed: { select: { observed: true } } },
  })
  if (row === null) throw new AppError('VM_NOT_FOUND', `There is no machine ${vmId}.`)
  const facts = sourceFactsSchema.safeParse(row.host?.facts).data
  if (row.host === null || facts === undefined) {
    throw new AppError('VM_STATE_CONFLICT', 'The machine is on no host of which anything is known.')
  }
  const { host } = row
  const pools = host.pools.map(candidatePoolOf)
  const spec = vmSpecSchema.parse(row.spec)
  const seen = vmObservationSchema.safeParse(row.observed?.observed).data
  const run = seen?.run ?? null
  return {
    hostId: host.id,
    hostName: host.name,
    hostCapabilities: host.capabilities,
    isOn: run !== null,
    // What waits for the next start does not go along; it needs its room only then.
    ...(run?.startedWith ?? spec),
    machineType: spec.machineType,
    architecture: facts.architecture,
    cpuModel: facts.cpuModel,
    cpuFlags: facts.cpuFlags,
    qemuVersion: run?.qemuVersion ?? facts.qemuVersion,
    acceleration: run?.acceleration ?? facts.acceleration.kind,
    networks: spec.nics.map(({ network }) => networkNeed(network)),
    disks: await Promise.all(spec.disks.map((disk) => movingDisk(db, disk, { pools, seen, wishes }))),
    disc: await findDisc(db, spec.cdrom?.imageId ?? null),
  }
}

interface Around {
  readonly pools: readonly CandidatePool[]
  readonly seen: VmObservation | undefined
  readonly wishes: readonly DiskWish[]
}

async function movingDisk(
  db: DatabaseClient,
  { volumeId, format, sizeBytes, pool, source }: DiskSpec,
  { pools, seen, wishes }: Around,
): Promise<MovingDisk> {
  const sharedPoolId = pools.find(({ name }) => name === pool)?.sharedPoolId ?? null
  const imageId = source.kind === 'image' && source.mode === 'overlay' ? source.imageId : null
  return {
    ...{ volumeId, format, sizeBytes, pool, sharedPoolId },
    allocatedBytes: seen?.volumes.find((volume) => volume.volumeId === volumeId)?.allocatedBytes ?? null,
    image: imageId === null ? null : await findDiskImage(db, imageId),
    wishedPool: wishes.find((wish) => wish.volumeId === volumeId)?.pool ?? null,
  }
}

async function findDiskImage(db: DatabaseClient, imageId: ImageId): Promise<MovingDisk['image']> {
  const [image, places, senders] = await Promise.all([
    db.image.findUnique({ where: { id: imageId }, select: { sha256: true, allocatedBytes: true, virtualBytes: true } }),
    findImagePlaces(db, imageId),
    findImageSenders(db, imageId),
  ])
  const bytes = Number(image?.allocatedBytes ?? image?.virtualBytes ?? 0)
  return { imageId, sha256: image?.sha256 ?? null, bytes, places, senderHostIds: senders.map(({ hostId }) => hostId) }
}

async function findDisc(db: DatabaseClient, imageId: string | null): Promise<MovingMachine['disc']> {
  if (imageId === null) return null
  const [image, places] = await Promise.all([
    db.image.findUnique({ where: { id: imageId }, select: { name: true } }),
    findImagePlaces(db, imageId),
  ])
  return { name: image?.name ?? imageId, hostIds: [...new Set(places.map(({ hostId }) => hostId))] }
}
