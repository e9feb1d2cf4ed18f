/**
 * The files of disks that are to come: made empty before the QEMU that waits opens them, and removed with it when the machine
 * does not come. What is in them is worth nothing before that, so they do not go to the trash.
 *
 * Invariants: no file that was there before is ever taken for one of these, or removed as one; the record that names them is
 * on disk before the first is made.
 */
import { AppError, hasErrorCode, toAppError } from '@berth/core/errors/app-error'
import type { VmId } from '@berth/core/ids/ids'
import type { DiskFreight } from '@berth/core/migration/move-disks'
import type { DiskSpec } from '@berth/core/storage/volume'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import type { Storage } from '../../storage/storage.ts'

export interface Freight {
  readonly vmId: VmId
  /** Under which the machine will be this host's. */
  readonly epoch: number
  readonly disks: readonly DiskFreight[]
}

/** Throws MOVE_REFUSED_BY_TARGET with the reason. `spec` is the machine's as it is on the source. */
export async function checkFreight(
  storage: Storage,
  { vmId, disks }: Pick<Freight, 'vmId' | 'disks'>,
  spec: Pick<VmSpec, 'disks'>,
): Promise<void> {
  for (const disk of disks) {
    const { volumeId, pool, format, sizeBytes, base } = disk
    const there = spec.disks.find((each) => each.volumeId === volumeId)
    if (there === undefined) throw refusal('A disk is to come that the machine does not have.')
    if (there.sizeBytes !== sizeBytes || there.format !== format)
      throw refusal(`A disk of ${there.sizeBytes} bytes (${there.format}) is to come as ${sizeBytes} (${format}).`)
    try {
      await storage.requirePoolsOf({ disks: [{ ...there, pool }] })
    } catch (error) {
      throw refusal(toAppError(error).message, error)
    }
    if ((await storage.volumes.observe(vmId, { ...disk })) !== undefined)
      throw refusal(`This host's pool "${pool}" has a disk of that machine already: ${volumeId}.${format}.`)
    if (base.kind === 'image') await checkBase(storage, there, { pool, ...base })
  }
}

async function checkBase(
  storage: Storage,
  { source }: DiskSpec,
  { imageId, sha256, pool }: { imageId: string; sha256: string; pool: string },
): Promise<void> {
  if (source.kind !== 'image' || source.mode !== 'overlay' || source.imageId !== imageId)
    throw refusal('A disk is to come over an image that it does not lie on.')
  const image = await storage.images.inPool(source.imageId, pool)
  if (image === undefined) throw refusal(`This host's pool "${pool}" does not have the image that a disk lies on.`)
  if (image.sha256 !== sha256)
    throw refusal('This host has another image under the name of the one that a disk lies on.')
}

/** Throws as a volume's making does, POOL_FULL among others. */
export async function makeFreight(storage: Storage, { vmId, epoch, disks }: Freight): Promise<void> {
  if (disks.length === 0) return
  await storage.volumes.claim(vmId, disks, epoch)
  const run = { signal: new AbortController().signal, onProgress: () => undefined }
  for (const { base, ...disk } of disks) {
    const source = base.kind === 'image' ? ({ kind: 'image', imageId: base.imageId, mode: 'overlay' } as const) : blank
    await storage.volumes.create(vmId, { ...disk, source }, run)
  }
}

const blank = { kind: 'blank' } as const

/** Idempotent. Only once no process has them open. */
export async function discardFreight(storage: Storage, { vmId, epoch, disks }: Freight): Promise<void> {
  for (const { volumeId, pool } of disks) {
    try {
      await storage.volumes.discard(vmId, { volumeId, pool, vmEpoch: epoch })
    } catch (error) {
      // Its pool is gone from this host, and the file with it.
      if (!hasErrorCode(error, 'OBJECT_NOT_FOUND')) throw error
    }
  }
}

const refusal = (message: string, cause?: unknown): AppError =>
  new AppError('MOVE_REFUSED_BY_TARGET', message, { cause })
