/**
 * A CD drive's tray and disc. The blockdev-* tray commands act on QEMU's own side and are the same asked twice; only opening
 * is the guest's matter too, which may have locked the tray while it reads.
 */
import { AppError } from '@berth/core/errors/app-error'
import { z } from 'zod'
import type { ExecuteOptions, QmpClient } from '../qmp-client.ts'

/** Of query-block's reply, whose schema is large and recursive, what a drive is asked for (QEMU 7.2 to 10). */
const blockInfoSchema = z.array(
  z.object({
    qdev: z.string().optional(),
    locked: z.boolean(),
    tray_open: z.boolean().optional(),
    inserted: z.object({ 'node-name': z.string().optional() }).optional(),
  }),
)

export interface DriveState {
  /** Null: no disc. */
  readonly discNode: string | null
  readonly isOpen: boolean
  readonly isLocked: boolean
}

/** Undefined when QEMU has no such drive. */
export async function queryDrive(
  qmp: QmpClient,
  deviceId: string,
  options?: ExecuteOptions,
): Promise<DriveState | undefined> {
  const reply = blockInfoSchema.safeParse(await qmp.execute('query-block', {}, options))
  if (!reply.success) throw new AppError('QMP_PROTOCOL', 'the reply to query-block is not as expected')
  const drive = reply.data.find(({ qdev }) => qdev === deviceId)
  if (drive === undefined) return undefined
  const discNode = drive.inserted?.['node-name'] ?? null
  return { discNode, isOpen: drive.tray_open ?? false, isLocked: drive.locked }
}

/**
 * Opens the tray. A guest that has locked it is asked first, as by the drive's button (QEMU answers an error and asks it);
 * DEVICE_TRAY_MOVED follows when it opens. Throws QMP_REFUSED then, unless `isForced`.
 */
export async function openTray(
  qmp: QmpClient,
  { deviceId, isForced }: { deviceId: string; isForced: boolean },
  options?: ExecuteOptions,
): Promise<void> {
  await qmp.execute('blockdev-open-tray', { id: deviceId, force: isForced }, options)
}

export async function closeTray(qmp: QmpClient, deviceId: string, options?: ExecuteOptions): Promise<void> {
  await qmp.execute('blockdev-close-tray', { id: deviceId }, options)
}

/** Takes the disc out of an open tray; its block node stays. */
export async function removeDisc(qmp: QmpClient, deviceId: string, options?: ExecuteOptions): Promise<void> {
  await qmp.execute('blockdev-remove-medium', { id: deviceId }, options)
}

/** Puts a disc into an open, empty tray. */
export async function insertDisc(
  qmp: QmpClient,
  { deviceId, discNode }: { deviceId: string; discNode: string },
  options?: ExecuteOptions,
): Promise<void> {
  await qmp.execute('blockdev-insert-medium', { id: deviceId, 'node-name': discNode }, options)
}

/** Opens an ISO as raw bytes, read-only, whatever it looks like. */
export async function addDiscNode(
  qmp: QmpClient,
  { path, node, fileNode }: { path: string; node: string; fileNode: string },
  options?: ExecuteOptions,
): Promise<void> {
  const file = { driver: 'file', 'node-name': fileNode, filename: path, 'read-only': true } as const
  await qmp.execute('blockdev-add', { driver: 'raw', 'node-name': node, 'read-only': true, file }, options)
}

/** Closes a block node that no device uses; QMP_REFUSED for one that is used, or is not there. */
export async function deleteNode(qmp: QmpClient, node: string, options?: ExecuteOptions): Promise<void> {
  await qmp.execute('blockdev-del', { 'node-name': node }, options)
}
