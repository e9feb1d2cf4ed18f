/**
 * Whose a machine's disks in a shared pool are: `volumes/<vmId>/owner.json`, with the host and the epoch at which it owns
 * the machine. Only that host may delete them. A host that owns the machine at a higher epoch, which it got by a move,
 * writes itself in; while a machine's record is on a host, that record rules, and this file follows it.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@berth/core/errors/app-error'
import { hostIdSchema, type HostId, type VmId } from '@berth/core/ids/ids'
import { z } from 'zod'
import { readFileIfAny, removeFile, writeFileDurably } from './durable-files.ts'
import type { PoolLayout } from './pool-layout.ts'

const ownerSchema = z.object({ hostId: hostIdSchema, epoch: z.int().nonnegative() })
type Owner = z.infer<typeof ownerSchema>

const ownerPath = (layout: PoolLayout, vmId: VmId): string => join(layout.vmFolder(vmId), 'owner.json')

async function readOwner(layout: PoolLayout, vmId: VmId): Promise<Owner | null> {
  const path = ownerPath(layout, vmId)
  const text = await readFileIfAny(path)
  if (text === undefined) return null
  try {
    return ownerSchema.parse(JSON.parse(text))
  } catch (error) {
    throw new AppError('VOLUME_FOREIGN', `${path} cannot be read: whose the disks are is not known.`, { cause: error })
  }
}

/**
 * This host owns the machine at `epoch`. Idempotent. Throws VOLUME_FOREIGN when another host has it at that epoch or a
 * later one: then the caller is who was replaced.
 */
export async function claimVolumes(layout: PoolLayout, vmId: VmId, epoch: number): Promise<void> {
  const { hostId } = layout
  if (hostId === null) return
  const owner = await readOwner(layout, vmId)
  if (owner?.hostId === hostId && owner.epoch >= epoch) return
  if (owner !== null && owner.hostId !== hostId && owner.epoch >= epoch) throw foreign(owner, hostId)
  await mkdir(layout.vmFolder(vmId), { recursive: false, mode: 0o711 }).catch(ignoreExisting)
  const path = ownerPath(layout, vmId)
  await writeFileDurably(path, `${JSON.stringify({ hostId, epoch })}\n`, { mode: 0o644, partPath: layout.part(path) })
}

/** Throws VOLUME_FOREIGN unless this host is written down as the owner, at no later epoch than the command's. */
export async function requireOwnVolumes(layout: PoolLayout, vmId: VmId, epoch: number): Promise<void> {
  const { hostId } = layout
  if (hostId === null) return
  const owner = await readOwner(layout, vmId)
  if (owner?.hostId === hostId && owner.epoch <= epoch) return
  throw owner === null
    ? new AppError('VOLUME_FOREIGN', `Nothing says whose the disks of machine ${vmId} are.`)
    : foreign(owner, hostId)
}

export const forgetOwner = (layout: PoolLayout, vmId: VmId): Promise<void> => removeFile(ownerPath(layout, vmId))

/** Machines' folders in a shared pool of which this host is the owner. */
export async function isOwnFolder(layout: PoolLayout, vmId: VmId): Promise<boolean> {
  const owner = await readOwner(layout, vmId)
  return owner !== null && owner.hostId === layout.hostId
}

function foreign(owner: Owner, hostId: HostId): AppError {
  const message = `The disks belong to host ${owner.hostId} at epoch ${owner.epoch}.`
  return new AppError('VOLUME_FOREIGN', message, { details: { ...owner, asked: hostId } })
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
}
