/** Disks of a running machine: nodes and sizes. */
import type { ExecuteOptions, QmpClient } from '../qmp-client.ts'
import type { QmpCommands } from '../qmp-types.generated.ts'

export type BlockdevOptions = QmpCommands['blockdev-add']['arguments']

/** Opens an image as a block node. The format is always named, never probed: `driver` of each node says it. */
export async function addBlockdev(qmp: QmpClient, blockdev: BlockdevOptions, options?: ExecuteOptions): Promise<void> {
  await qmp.execute('blockdev-add', blockdev, options)
}

/** Closes a block node. QMP_REFUSED while a device or another node uses it. */
export async function deleteBlockdev(qmp: QmpClient, nodeName: string, options?: ExecuteOptions): Promise<void> {
  await qmp.execute('blockdev-del', { 'node-name': nodeName }, options)
}

/** Grows a disk to `sizeBytes`; `nodeName` is the node that the device uses, else the guest does not see it. */
export async function resizeBlockdev(
  qmp: QmpClient,
  { nodeName, sizeBytes }: { nodeName: string; sizeBytes: number },
  options?: ExecuteOptions,
): Promise<void> {
  await qmp.execute('block_resize', { 'node-name': nodeName, size: sizeBytes }, options)
}
