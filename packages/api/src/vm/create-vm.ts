/** Accepts a new machine: everything is looked at before a row is written, and the rows and the task appear together. */
import { AppError } from '@berth/core/errors/app-error'
import { newUuid, nicIdSchema, vmIdSchema, volumeIdSchema } from '@berth/core/ids/ids'
import type { ImageView } from '@berth/core/image/image'
import { hostFactsSchema } from '@berth/core/host/host'
import { macOfNic, networkNeed, type NetworkConfig } from '@berth/core/network/network'
import type { DatabaseClient } from '@berth/prisma/client'
import { formatBytes } from '@berth/core/units/bytes'
import { vmSpecSchema, type VmSpec } from '@berth/core/vm/vm-spec'
import { requireHostRow } from '../host/host-repo.ts'
import { findImagePlaces, type ImagePlace } from '../image/image-place-repo.ts'
import { lockImage, requireImageView, requireReady } from '../image/image-repo.ts'
import { lockNetworks, requireNetworks } from '../network/network-repo.ts'
import { findPlacementHosts } from '../placement/candidate-repo.ts'
import { placeVm, type Placement } from '../placement/place-vm.ts'
import type { Caller } from '../trpc/caller.ts'
import type { Panel } from '../trpc/panel.ts'
import type { OperationArgs } from '../workflows/operation-args.ts'
import type { VmCreateInput, VmPlaceInput } from './vm-inputs.ts'
import { insertVm } from './vm-repo.ts'
import { parkSecrets } from './vm-secrets.ts'

export interface CreatedVm {
  readonly operationId: string
  readonly vmId: string
  /** Why this host, and why not the others; null when a repeated key found the earlier request. */
  readonly placement: Placement | null
}

export async function createVm(panel: Panel, caller: Caller, input: VmCreateInput): Promise<CreatedVm> {
  const { idempotencyKey, ...request } = input
  const asked = { kind: 'vm.create', caller, idempotencyKey, request } as const
  const repeated = await panel.operations.findRepeated(asked)
  if (repeated?.vmId) return { operationId: repeated.operationId, vmId: repeated.vmId, placement: null }
  const vmId = vmIdSchema.parse(newUuid())
  const plan = await planVm(panel, input)
  const parked = parkSecrets(panel.secretBox, vmId, plan.spec)
  const started = await panel.operations.start({
    ...asked,
    args: {
      ...{ vmId, start: input.start, hadPassword: parked.sealedSecrets !== null },
      bringImage: plan.bringImage,
    },
    target: { vmId, hostId: plan.placement.hostId, imageId: input.imageId, name: input.name },
    accept: async (tx) => {
      requireReady(await lockImage(tx, input.imageId))
      await lockNetworks(tx, networkIdsOf(input))
      await insertVm(tx, {
        vmId,
        ownerId: caller.userId,
        imageId: input.imageId,
        hostId: plan.placement.hostId,
        description: input.description,
        tags: input.tags,
        isProtected: input.isProtected,
        ...parked,
      })
    },
  })
  // The same key may have come twice at once: then the other one's machine is the answer.
  return { operationId: started.operationId, vmId: started.vmId ?? vmId, placement: plan.placement }
}

/** Where a machine would go now, and why; nothing is reserved by asking. Throws HOST_CAPACITY with the trace. */
export async function placementOf({ db }: Panel, input: VmPlaceInput): Promise<Placement> {
  const image = await requireImageView(db, input.imageId)
  const networks = await requireNetworks(db, networkIdsOf(input))
  return placeFor(db, input, { image, networks })
}

const networkIdsOf = (input: VmPlaceInput): string[] => input.nics.map((nic) => nic.networkId)

async function placeFor(
  db: DatabaseClient,
  input: VmPlaceInput,
  { image, networks }: { image: ImageView; networks: readonly NetworkConfig[] },
): Promise<Placement> {
  return placeVm(
    {
      vcpus: input.vcpus,
      memoryBytes: input.memoryBytes,
      firmware: input.firmware,
      networks: networks.map(networkNeed),
      diskBytesNow: input.diskMode === 'copy' && image.kind === 'disk' ? (image.virtualBytes ?? 0) : 0,
      pool: input.pool,
      imageBytes: image.allocatedBytes ?? 0,
      isDisc: image.kind === 'iso',
      needsImage: true,
      hostId: input.hostId ?? null,
    },
    await findPlacementHosts(db, image.imageId),
  )
}

interface VmPlan {
  readonly spec: VmSpec
  readonly placement: Placement
  /** Where the image must come to the disk's pool first. */
  readonly bringImage: OperationArgs<'vm.create'>['bringImage']
}

async function planVm(panel: Panel, input: VmCreateInput): Promise<VmPlan> {
  const { db } = panel
  const image = await requireImageView(db, input.imageId)
  requireFit(image, input)
  const networks = await requireNetworks(db, networkIdsOf(input))
  const placement = await placeFor(db, input, { image, networks })
  const host = await requireHostRow(db, placement.hostId)
  const isIso = image.kind === 'iso'
  const spec = vmSpecSchema.parse({
    name: input.name,
    vcpus: input.vcpus,
    memoryBytes: input.memoryBytes,
    firmware: input.firmware,
    machineType: hostFactsSchema.parse(host.facts).defaultMachineType,
    hasScreen: input.hasScreen,
    disks: [
      {
        volumeId: volumeIdSchema.parse(newUuid()),
        pool: input.pool,
        // An overlay refers to its image, which only qcow2 can; a copy keeps to it, for snapshots.
        format: 'qcow2',
        sizeBytes: input.diskBytes,
        source: isIso ? { kind: 'blank' } : { kind: 'image', imageId: image.imageId, mode: input.diskMode },
      },
    ],
    // Each has a drive, for SATA takes none while it runs; the installer's disc boots as long as the disk is blank.
    cdrom: { imageId: isIso ? image.imageId : null },
    nics: networks.map((network) => {
      const nicId = nicIdSchema.parse(newUuid())
      return { nicId, mac: macOfNic(nicId), network }
    }),
    // Where nobody asked for anything, cloud-init still names the guest after its machine. An installer reads no seed of ours.
    cloudInit:
      input.cloudInit === undefined && image.hints.hasCloudInit && !isIso ? { sshKeys: [] } : (input.cloudInit ?? null),
    desiredPower: input.start ? 'on' : 'off',
  } satisfies VmSpec)
  return { spec, placement, bringImage: await missingImage(db, image, { hostId: placement.hostId, pool: input.pool }) }
}

/** A disk lies in one pool with the image that it is made from; a disc is read from where it is. */
async function missingImage(
  db: DatabaseClient,
  { imageId, kind }: ImageView,
  { hostId, pool }: ImagePlace,
): Promise<VmPlan['bringImage']> {
  const places = (await findImagePlaces(db, imageId)).filter((place) => place.hostId === hostId)
  const isThere = kind === 'iso' ? places.length > 0 : places.some((place) => place.pool === pool)
  return isThere ? undefined : { imageId, pool }
}

function requireFit(image: ImageView, input: VmCreateInput): void {
  requireReady(image)
  const least = image.kind === 'iso' ? 0 : (image.virtualBytes ?? 0)
  if (input.diskBytes < least) {
    throw new AppError(
      'SIZE_INVALID',
      `diskBytes: ${formatBytes(input.diskBytes)} asked, the image "${image.name}" needs at least ${formatBytes(least)}.`,
      { details: { field: 'diskBytes', askedBytes: input.diskBytes, leastBytes: least } },
    )
  }
  if (input.memoryBytes < image.hints.minMemoryBytes) {
    throw new AppError(
      'SIZE_INVALID',
      `memoryBytes: ${formatBytes(input.memoryBytes)} asked, the image "${image.name}" needs at least ${formatBytes(image.hints.minMemoryBytes)}.`,
      { details: { field: 'memoryBytes', askedBytes: input.memoryBytes, leastBytes: image.hints.minMemoryBytes } },
    )
  }
}
