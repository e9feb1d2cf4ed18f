/** Disks of a running machine. */
import type { ExecuteOptions, QmpClient } from '../qmp-client.ts'

/** Grows a disk to `sizeBytes`; `nodeName` is the node that the device uses, else the guest does not see it. */
export async function resizeBlockdev(
  qmp: QmpClient,
  { nodeName, sizeBytes }: { nodeName: string; sizeBytes: number },
  options?: ExecuteOptions,
): Promise<void> {
  await qmp.execute('block_resize', { 'node-name': nodeName, size: sizeBytes }, options)
}
