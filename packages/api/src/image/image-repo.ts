/** Images in the database. */
import type { z } from 'zod'
import { Prisma, type DatabaseClient } from '@berth/prisma/client'
import { imageSourceSchema, type ImageSource } from '@berth/core/agent-contract/agent-commands'
import { AppError, type WireError } from '@berth/core/errors/app-error'
import { someNames } from '@berth/core/errors/some-names'
import { imageViewSchema, type ImageHints, type ImageView } from '@berth/core/image/image'
import { findImagePlaces } from './image-place-repo.ts'
import { decodeCursor, encodeCursor, likePattern, type Page, type PageCut } from '../trpc/paging.ts'

/** Views in the order of the ids; images that are gone are left out. */
export async function findImageViews(db: DatabaseClient, imageIds: readonly string[]): Promise<ImageView[]> {
  if (imageIds.length === 0) return []
  const [rows, operations, inserted] = await Promise.all([
    db.image.findMany({
      where: { id: { in: [...imageIds] } },
      include: {
        replicas: { include: { host: { select: { name: true } } }, orderBy: { host: { name: 'asc' } } },
        _count: { select: { vms: { where: { deletedAt: null } } } },
        overlays: { where: { vm: { deletedAt: null } }, select: { vmId: true }, distinct: ['vmId'] },
      },
    }),
    db.operation.findMany({
      where: { imageId: { in: [...imageIds] }, status: { in: ['queued', 'running', 'cancelling'] } },
      select: { id: true, imageId: true },
    }),
    countInserted(db, imageIds),
  ])
  const operationOf = new Map(operations.map((operation) => [operation.imageId, operation.id]))
  const byId = new Map(rows.map((row) => [row.id, row]))
  return imageIds.flatMap((id) => {
    const row = byId.get(id)
    if (!row) return []
    const source = imageSourceSchema.safeParse(row.source).data
    return [
      imageViewSchema.parse({
        imageId: row.id,
        name: row.name,
        kind: row.format === null ? null : row.kind,
        state: row.state,
        sourceUrl: source?.kind === 'url' ? source.url : null,
        checksum: row.checksum,
        format: row.format,
        virtualBytes: row.virtualBytes === null ? null : Number(row.virtualBytes),
        allocatedBytes: row.allocatedBytes === null ? null : Number(row.allocatedBytes),
        hints: row.hints,
        vmCount: row._count.vms,
        overlayVmCount: row.overlays.length,
        insertedVmCount: inserted.get(row.id) ?? 0,
        createdAt: row.createdAt.toISOString(),
        operationId: operationOf.get(row.id) ?? null,
        places: row.replicas.map(({ hostId, host, pool, state }) => ({ hostId, hostName: host.name, pool, state })),
        error: row.state === 'failed' ? row.error : lostFileError(row.replicas),
      }),
    ]
  })
}

/** Told whatever else is there: a machine that lies on it would not start. */
function lostFileError(replicas: readonly { state: string; pool: string; host: { name: string } }[]): WireError | null {
  const lost = replicas.filter(({ state }) => state === 'lost')
  if (lost.length === 0) return null
  const places = lost.map(({ host, pool }) => `${host.name}, pool "${pool}"`).join('; ')
  const rest = replicas.some(({ state }) => state === 'ready') ? '' : ' It lies nowhere else; import it again.'
  return new AppError('IMAGE_NOT_FOUND', `File lost: it is not where it should be on ${places}.${rest}`).toWire()
}

/** How many machines have each disc in their drive; index vm_disc. */
async function countInserted(db: DatabaseClient, imageIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await db.$queryRaw<{ imageId: string; count: number }[]>`
    SELECT spec->'cdrom'->>'imageId' AS "imageId", count(*)::int AS count FROM vm
    WHERE deleted_at IS NULL AND spec->'cdrom'->>'imageId' = ANY(${[...imageIds]}::text[]) GROUP BY 1`
  return new Map(rows.map(({ imageId, count }) => [imageId, count]))
}

export async function requireImageView(db: DatabaseClient, imageId: string): Promise<ImageView> {
  const [view] = await findImageViews(db, [imageId])
  if (!view) throw new AppError('IMAGE_NOT_FOUND', `There is no image ${imageId}.`)
  return view
}

const lockedImageSchema = imageViewSchema.pick({ imageId: true, name: true, state: true })

/**
 * The image, which cannot be marked as being deleted until `tx` ends: the row of the machine that is made from it is
 * seen by whoever marks it next. Throws IMAGE_NOT_FOUND.
 */
export async function lockImage(tx: DatabaseClient, imageId: string): Promise<z.infer<typeof lockedImageSchema>> {
  const [row] = await tx.$queryRaw<unknown[]>`
    SELECT id::text AS "imageId", name, state FROM image WHERE id = ${imageId}::uuid FOR KEY SHARE`
  if (row === undefined) throw new AppError('IMAGE_NOT_FOUND', `There is no image ${imageId}.`)
  return lockedImageSchema.parse(row)
}

export interface ImageFilter {
  readonly text?: string | undefined
  readonly kind?: string | undefined
  readonly state?: readonly string[] | undefined
}

/** One page of ids, newest first. */
export async function listImageIds(db: DatabaseClient, filter: ImageFilter, page: PageCut): Promise<Page<string>> {
  const where: Prisma.ImageWhereInput = {}
  if (filter.text) where.name = { contains: likePattern(filter.text).slice(1, -1), mode: 'insensitive' }
  // Before the format is known the column says disk, and nobody knows.
  if (filter.kind) where.AND = { kind: filter.kind, format: { not: null } }
  if (filter.state) where.state = { in: [...filter.state] }
  if (page.cursor !== undefined) where.id = { lt: decodeCursor(page.cursor)[1] }
  const rows = await db.image.findMany({ where, select: { id: true }, orderBy: { id: 'desc' }, take: page.limit + 1 })
  const items = rows.slice(0, page.limit).map((row) => row.id)
  const last = rows.length > page.limit ? items.at(-1) : undefined
  return { items, nextCursor: last === undefined ? null : encodeCursor(['', last]) }
}

export interface NewImage {
  readonly imageId: string
  readonly name: string
  readonly source: ImageSource
  readonly hints: ImageHints
  readonly hostId: string
  readonly pool: string
  readonly createdById: string | null
}

/** Writes an image in state importing, with its file's place. */
export async function insertImage(db: DatabaseClient, image: NewImage): Promise<void> {
  await db.image.create({
    data: {
      id: image.imageId,
      name: image.name,
      source: image.source,
      checksum: image.source.checksum,
      hints: image.hints,
      createdById: image.createdById,
      replicas: { create: { hostId: image.hostId, pool: image.pool } },
    },
    select: { id: true },
  })
}

/** Takes an image whose import failed back into one that is being imported. Throws IMAGE_NOT_READY when it is not failed. */
export async function setImportingAgain(
  tx: DatabaseClient,
  { imageId, hostId, pool }: { imageId: string; hostId: string; pool: string },
): Promise<void> {
  const data = { state: 'importing', error: Prisma.DbNull }
  const { count } = await tx.image.updateMany({ where: { id: imageId, state: 'failed' }, data })
  if (count === 0) throw new AppError('IMAGE_NOT_READY', 'Only an image whose import failed can be imported again.')
  await tx.imageReplica.upsert({
    where: { imageId_hostId_pool: { imageId, hostId, pool } },
    create: { imageId, hostId, pool, state: 'importing' },
    update: { state: 'importing' },
  })
}

/** The image that was made from a file of this name and checksum, if any: registering it again finds it. */
export async function findIncomingImage(
  db: DatabaseClient,
  wanted: { name: string; fileName: string },
): Promise<{ id: string; state: string } | null> {
  return db.image.findFirst({
    where: {
      name: wanted.name,
      state: { in: ['importing', 'ready'] },
      source: { path: ['fileName'], equals: wanted.fileName },
    },
    select: { id: true, state: true },
    orderBy: { id: 'desc' },
  })
}

/**
 * Refuses to delete an image under a living machine's disk or in its drive, or one that a machine is being made from. Throws
 * IMAGE_IN_USE with the machines' names, the first few of them in the message.
 */
export async function requireUnused(db: DatabaseClient, { imageId, name }: { imageId: string; name: string }) {
  const onTop = await namesOf(db, {
    OR: [{ volumes: { some: { backingImageId: imageId } } }, { imageId, lifecycle: 'creating' }],
  })
  if (onTop.length > 0) throw inUse(onTop, (names) => `The disks of ${names} lie on top of "${name}".`)
  const inDrive = await namesOf(db, { spec: { path: ['cdrom', 'imageId'], equals: imageId } })
  if (inDrive.length > 0) throw inUse(inDrive, (names) => `"${name}" is in the CD drive of ${names}.`)
}

async function namesOf(db: DatabaseClient, where: Prisma.VmWhereInput): Promise<string[]> {
  const vms = await db.vm.findMany({
    where: { ...where, deletedAt: null },
    select: { name: true },
    orderBy: { name: 'asc' },
  })
  return vms.map((vm) => vm.name)
}

function inUse(names: readonly string[], sentence: (names: string) => string): AppError {
  return new AppError('IMAGE_IN_USE', sentence(someNames(names)), { details: { names, vmCount: names.length } })
}

/** Throws IMAGE_NOT_READY when the image's file is not on that host. */
export async function requireImageOn(
  db: DatabaseClient,
  image: Pick<ImageView, 'imageId' | 'name'>,
  host: { readonly hostId: string; readonly name: string },
): Promise<void> {
  const places = await findImagePlaces(db, image.imageId)
  if (places.some(({ hostId }) => hostId === host.hostId)) return
  throw new AppError('IMAGE_NOT_READY', `"${image.name}" is not on ${host.name}.`)
}

/** Throws IMAGE_NOT_READY while it is being imported, after it failed, and once it is going away. */
export function requireReady({ imageId, name, state }: Pick<ImageView, 'imageId' | 'name' | 'state'>): void {
  if (state === 'ready') return
  throw new AppError('IMAGE_NOT_READY', `The image "${name}" is ${state}.`, { details: { imageId, state } })
}

/** The host that an import goes to: the wished one, else the first that is online and has the pool. Throws HOST_NOT_FOUND, HOST_CAPACITY. */
export async function chooseImageHost(
  db: DatabaseClient,
  { hostId: wishedId, pool: poolName }: { hostId: string | null; pool: string },
): Promise<{ hostId: string; pool: string; poolPath: string }> {
  const online = { state: 'online', isInMaintenance: false, pools: { some: { name: poolName, problem: null } } }
  const row = await db.host.findFirst({
    where: wishedId === null ? online : { id: wishedId },
    orderBy: { name: 'asc' },
    select: {
      id: true,
      state: true,
      pools: { where: { name: poolName }, select: { name: true, path: true } },
    },
  })
  if (!row && wishedId !== null) throw new AppError('HOST_NOT_FOUND', `There is no host ${wishedId}.`)
  const pool = row?.pools[0]
  if (row?.state !== 'online' || !pool) {
    throw new AppError('HOST_CAPACITY', `No host is online with a pool "${poolName}" to keep the image in.`)
  }
  return { hostId: row.id, pool: pool.name, poolPath: pool.path }
}
