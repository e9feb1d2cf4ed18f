/**
 * Brings a running machine's CD drive to one disc, or to none.
 *
 * It owns nothing: QEMU says what is in the drive, by the name of the disc's node, so that a second try finds what the first
 * one did. The new disc is opened before the old one is touched, and the old one is closed after the new one is in: a disc
 * that cannot be opened changes nothing, and one that cannot be inserted makes room for the old one again.
 */
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import type { ImageId } from '@berth/core/ids/ids'
import { cdromDeviceId as deviceId, discFileNodeName, discNodeName } from '../qemu/argv-disks.ts'
import {
  addDiscNode,
  closeTray,
  deleteNode,
  insertDisc,
  openTray,
  queryDrive,
  removeDisc,
  type DriveState,
} from '../qmp/commands/tray-commands.ts'
import type { QmpClient } from '../qmp/qmp-client.ts'
import type { HostImages } from '../storage/host-images.ts'

export interface DiscChange {
  readonly imageId: ImageId | null
  readonly isForced: boolean
  readonly images: Pick<HostImages, 'require' | 'isoPath'>
  readonly signal: AbortSignal
}

/** What changing a disc needs of a machine's actor. */
interface DriveHolder {
  readonly hasProcess: boolean
  requireMachine(): { readonly qmp: QmpClient }
}

interface Drive {
  readonly qmp: QmpClient
  readonly signal: AbortSignal
}

/** How long a guest may take to let go of its disc once it was asked. */
const releaseMs = 5_000

/**
 * Nothing for a machine that is off. Throws VM_STATE_CONFLICT when the guest holds the tray or the machine was started
 * without a drive, IMAGE_NOT_FOUND, QMP_REFUSED, QMP_UNAVAILABLE; the drive then has what it had, unless the message says
 * that it is empty.
 */
export async function changeDisc(actor: DriveHolder, change: DiscChange): Promise<void> {
  if (change.imageId !== null) await requireIso(change.images, change.imageId)
  if (!actor.hasProcess) return
  const drive: Drive = { qmp: actor.requireMachine().qmp, signal: change.signal }
  const state = await queryDrive(drive.qmp, deviceId, { signal: drive.signal })
  if (state === undefined && change.imageId === null) return
  if (state === undefined) throw noDrive()
  const wanted = change.imageId === null ? null : discNodeName(change.imageId)
  if (state.discNode !== wanted) {
    if (wanted !== null && change.imageId !== null)
      await openDisc(drive, wanted, await change.images.isoPath(change.imageId))
    await exchange(drive, { state, wanted, isForced: change.isForced })
  }
  await closeTray(drive.qmp, deviceId, { signal: change.signal })
}

async function requireIso(images: DiscChange['images'], imageId: ImageId): Promise<void> {
  const image = await images.require(imageId)
  if (image.kind !== 'iso') throw new AppError('INPUT_INVALID', 'Only an ISO goes into a CD drive.')
}

async function requireDrive({ qmp, signal }: Drive): Promise<DriveState> {
  const state = await queryDrive(qmp, deviceId, { signal })
  if (state === undefined) throw noDrive()
  return state
}

const noDrive = (): AppError =>
  new AppError(
    'VM_STATE_CONFLICT',
    'The machine was started without a CD drive. Shut it down, insert the disc, and start it.',
  )

async function openDisc({ qmp, signal }: Drive, node: string, path: string): Promise<void> {
  // Left by an attempt that ended before it was inserted, perhaps over a file that is no more.
  await forgetNode({ qmp, signal }, node)
  await addDiscNode(qmp, { path, node, fileNode: discFileNodeName(node) }, { signal })
}

interface Exchange {
  readonly state: DriveState
  readonly wanted: string | null
}

async function exchange(drive: Drive, { isForced, ...discs }: Exchange & { isForced: boolean }): Promise<void> {
  const { qmp, signal } = drive
  const { state, wanted } = discs
  try {
    if (!state.isOpen) await openWhenReleased(drive, isForced)
  } catch (error) {
    if (wanted !== null) await forgetNode(drive, wanted)
    throw error
  }
  try {
    await removeDisc(qmp, deviceId, { signal })
    if (wanted !== null) await insertDisc(qmp, { deviceId, discNode: wanted }, { signal })
  } catch (error) {
    await putBack(qmp, discs)
    throw error
  }
  if (state.discNode !== null) await forgetNode(drive, state.discNode)
}

/** Also after the step was given up: a drive that is left half changed is what nobody asked for. */
async function putBack(qmp: QmpClient, { state, wanted }: Exchange): Promise<void> {
  try {
    // The guest may have closed the empty tray meanwhile, and that is why the new disc was refused.
    await openTray(qmp, { deviceId, isForced: true })
    await removeDisc(qmp, deviceId)
    if (state.discNode !== null) await insertDisc(qmp, { deviceId, discNode: state.discNode })
    await closeTray(qmp, deviceId)
    if (wanted !== null) await forgetNode({ qmp }, wanted)
  } catch (error) {
    // Without QEMU nothing is known of the drive, and the first error says the same: the step is asked again.
    if (hasErrorCode(error, 'QMP_INTERRUPTED', 'QMP_UNAVAILABLE', 'QMP_TIMEOUT')) return
    const message = 'QEMU did not take the new disc, and did not take the earlier one back: the drive is empty.'
    throw new AppError('QMP_REFUSED', message, { cause: error })
  }
}

/** Asks the guest, where it has locked the tray, and waits for it a moment. */
async function openWhenReleased({ qmp, signal }: Drive, isForced: boolean): Promise<void> {
  using moved = qmp.listen(['DEVICE_TRAY_MOVED'])
  try {
    await openTray(qmp, { deviceId, isForced }, { signal })
    return
  } catch (error) {
    const isLocked = hasErrorCode(error, 'QMP_REFUSED') && (await requireDrive({ qmp, signal })).isLocked
    if (!isLocked) throw error
  }
  try {
    await moved.waitFor(({ data }) => data.id === deviceId && data['tray-open'], { timeoutMs: releaseMs, signal })
  } catch (error) {
    if (!hasErrorCode(error, 'QMP_TIMEOUT')) throw error
    throw new AppError(
      'VM_STATE_CONFLICT',
      'The guest has locked the tray and did not open it. Eject the disc in the guest, or force it.',
      { cause: error },
    )
  }
}

/** A node that is not there, or that something else uses, stays as it is: neither keeps the disc from being changed. */
async function forgetNode({ qmp, signal }: Partial<Drive> & Pick<Drive, 'qmp'>, node: string): Promise<void> {
  try {
    await deleteNode(qmp, node, signal === undefined ? {} : { signal })
  } catch (error) {
    if (!hasErrorCode(error, 'QMP_REFUSED')) throw error
  }
}
