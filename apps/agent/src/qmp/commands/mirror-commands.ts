/**
 * Disks that go to another QEMU: the receiving one exports its own over NBD, the sending one mirrors into them. QEMU 7.2's
 * words; what comes in which order is in apps/agent/src/migration/README.md.
 */
import { hasErrorCode } from '@berth/core/errors/app-error'
import type { QmpClient } from '../qmp-client.ts'
import type { QmpCommands } from '../qmp-types.generated.ts'
import { keyUser } from './move-commands.ts'

export type BlockNode = QmpCommands['blockdev-add']['arguments']
export type JobInfo = QmpCommands['query-jobs']['returns'][number]

const tlsId = 'tls-disks'

/** As setMoveKey, and apart from it: memory gets its key anew when it is sent, while disks use theirs already. */
export async function setDiskKey(
  qmp: QmpClient,
  { dir, endpoint }: { dir: string; endpoint: 'client' | 'server' },
): Promise<void> {
  await forgetDiskKey(qmp)
  const username = endpoint === 'client' ? { username: keyUser } : {}
  await qmp.execute('object-add', { 'qom-type': 'tls-creds-psk', id: tlsId, endpoint, dir, ...username })
}

/** Idempotent. */
export const forgetDiskKey = (qmp: QmpClient): Promise<void> =>
  unlessRefused(() => qmp.execute('object-del', { id: tlsId }))

/** Under the key of the move. QEMU does not say which port it got: the caller chooses, and is refused where it is taken. */
export async function startNbdServer(qmp: QmpClient, { host, port }: { host: string; port: number }): Promise<void> {
  const addr = { type: 'inet', data: { host, port: String(port) } } as const
  await qmp.execute('nbd-server-start', { addr, 'tls-creds': tlsId })
}

/** Every client is cut, every export goes. Idempotent: a QEMU without one refuses. */
export const stopNbdServer = (qmp: QmpClient): Promise<void> => unlessRefused(() => qmp.execute('nbd-server-stop', {}))

/** For others to write to. A node that waits for its machine is made active by this. */
export async function exportNode(qmp: QmpClient, { node, name }: { node: string; name: string }): Promise<void> {
  await qmp.execute('block-export-add', { type: 'nbd', id: `export-${node}`, 'node-name': node, name, writable: true })
}

/** Another QEMU's export as a node of this one. What is zero stays a hole on the way and over there. */
export async function addRemoteNode(
  qmp: QmpClient,
  remote: { node: string; host: string; port: number; name: string },
): Promise<void> {
  await qmp.execute('blockdev-add', {
    ...{ driver: 'nbd', 'node-name': remote.node, export: remote.name, 'tls-creds': tlsId },
    server: { type: 'inet', host: remote.host, port: String(remote.port) },
    ...{ discard: 'unmap', 'detect-zeroes': 'unmap' },
  })
}

/** Idempotent. */
export const removeNode = (qmp: QmpClient, node: string): Promise<void> =>
  unlessRefused(() => qmp.execute('blockdev-del', { 'node-name': node }))

export interface MirrorPlan {
  readonly jobId: string
  readonly node: string
  readonly remoteNode: string
  /** `top`: what the disk's base holds is over there already. */
  readonly sync: 'full' | 'top'
  /** 0: as fast as it goes. */
  readonly bytesPerSecond: number
  /** It waits to be told before it takes effect. */
  readonly isFinalizedByHand?: boolean
}

/** A disk of this host as a node that no device uses yet. */
export async function addDiskNode(qmp: QmpClient, blockdev: BlockNode): Promise<void> {
  await qmp.execute('blockdev-add', blockdev)
}

/**
 * Copies a disk, and from then on what the guest writes to it, a moment later than the guest. Not `write-blocking`, in which
 * the guest's writes wait for both sides: a write that meets the job's first instant in the disk's iothread kills QEMU 7.2
 * there (docs/decisions/0017). The job stays to be asked how it ended until it is dismissed.
 */
export async function beginMirror(qmp: QmpClient, plan: MirrorPlan): Promise<void> {
  await qmp.execute('blockdev-mirror', {
    ...{
      'job-id': plan.jobId,
      device: plan.node,
      target: plan.remoteNode,
      sync: plan.sync,
      speed: plan.bytesPerSecond,
    },
    ...{ 'copy-mode': 'background', 'on-source-error': 'report', 'on-target-error': 'report' },
    'auto-dismiss': false,
    ...(plan.isFinalizedByHand === true && { 'auto-finalize': false }),
  })
}

/** Of a mirror that is ready: the guest is to go on with the copy. What is on its way arrives, then the guest's I/O waits (`pending`) until `finalizeJob`. */
export async function switchToCopy(qmp: QmpClient, jobId: string): Promise<void> {
  await qmp.execute('job-complete', { id: jobId })
}

/** Of one that is `pending`: it takes effect, and it is concluded. */
export async function finalizeJob(qmp: QmpClient, jobId: string): Promise<void> {
  await qmp.execute('job-finalize', { id: jobId })
}

export const queryJobs = (qmp: QmpClient): Promise<readonly JobInfo[]> =>
  qmp.execute('query-jobs', {}, { isRoutine: true })

export async function setJobSpeed(qmp: QmpClient, jobId: string, bytesPerSecond: number): Promise<void> {
  await qmp.execute('block-job-set-speed', { device: jobId, speed: bytesPerSecond })
}

/** Of a mirror that is ready: what is on its way arrives, then it ends, and both sides are the same. The reply does not wait. */
export async function completeMirror(qmp: QmpClient, jobId: string): Promise<void> {
  await qmp.execute('block-job-cancel', { device: jobId, force: false })
}

/** Whatever it was doing. Nothing for one that has ended. */
export const breakMirror = (qmp: QmpClient, jobId: string): Promise<void> =>
  unlessRefused(() => qmp.execute('block-job-cancel', { device: jobId, force: true }))

/** Forgets one that has ended. */
export const dismissJob = (qmp: QmpClient, jobId: string): Promise<void> =>
  unlessRefused(() => qmp.execute('job-dismiss', { id: jobId }))

/** Cuts the connection of a remote node at once: a guest whose write waits for a dead link goes on. Past QEMU's main loop. */
export const cutRemoteNode = (qmp: QmpClient, node: string): Promise<void> =>
  unlessRefused(() => qmp.execute('yank', { instances: [{ type: 'block-node', 'node-name': node }] }, { oob: true }))

/** Where the sending QEMU waits before it gives its disks away; see pause-before-switchover. */
export async function continueMove(qmp: QmpClient): Promise<void> {
  await qmp.execute('migrate-continue', { state: 'pre-switchover' })
}

async function unlessRefused(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!hasErrorCode(error, 'QMP_REFUSED')) throw error
  }
}
