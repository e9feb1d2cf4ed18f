/**
 * Where a QEMU that waits takes the disks of its machine: an NBD server of its own, under the move's key, with one export for
 * each disk that travels. It is shut before the machine runs, because whoever may still write then could spoil its disks.
 */
import { createServer } from 'node:net'
import { hasErrorCode } from '@berth/core/errors/app-error'
import type { DiskDoor, DiskFreight } from '@berth/core/migration/move-disks'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import {
  exportNode,
  forgetDiskKey,
  setDiskKey,
  startNbdServer,
  stopNbdServer,
} from '../../qmp/commands/mirror-commands.ts'
import type { QmpClient } from '../../qmp/qmp-client.ts'
import { namedDisks } from './disk-names.ts'

export interface DoorPlan {
  readonly spec: Pick<VmSpec, 'disks'>
  readonly freight: readonly DiskFreight[]
  readonly keyDir: string
  /** The address that QEMU binds. */
  readonly listenHost: string
}

const tries = 5

/** Undefined where no disk travels. Throws QMP_REFUSED with QEMU's words. */
export async function openDiskDoor(qmp: QmpClient, plan: DoorPlan): Promise<DiskDoor | undefined> {
  const { spec, freight, keyDir, listenHost: host } = plan
  if (freight.length === 0) return undefined
  await setDiskKey(qmp, { dir: keyDir, endpoint: 'server' })
  const port = await listen(qmp, host)
  for (const { node, disk } of namedDisks(spec, freight)) await exportNode(qmp, { node, name: disk.volumeId })
  return { host, port }
}

/** Idempotent. Throws QMP errors while QEMU does not answer. */
export async function shutDiskDoor(qmp: QmpClient): Promise<void> {
  await stopNbdServer(qmp)
  await forgetDiskKey(qmp)
}

/** QEMU binds a port that was free a moment ago; somebody may have been faster. */
async function listen(qmp: QmpClient, host: string): Promise<number> {
  for (let left = tries - 1; ; left--) {
    const port = await freePort(host)
    try {
      await startNbdServer(qmp, { host, port })
      return port
    } catch (error) {
      if (left === 0 || !hasErrorCode(error, 'QMP_REFUSED')) throw error
    }
  }
}

async function freePort(host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const server = createServer()
  server.once('error', reject)
  server.listen(0, host, () => {
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    server.close(() => resolve(port))
  })
  return promise
}
