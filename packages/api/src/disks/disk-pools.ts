/** Into which pools of its host a machine's disk can go, and why not into the others. */
import { AppError } from '@berth/core/errors/app-error'
import type { ErrorCode } from '@berth/core/errors/error-codes'
import type { DiskPoolChoice } from '@berth/core/migration/disk-plan'
import type { DatabaseClient } from '@berth/prisma/client'
import { findMovingMachine } from '../migration/moving-machine-repo.ts'
import type { CandidateHost } from '../placement/candidate-host.ts'
import { findCandidateHosts } from '../placement/candidate-repo.ts'
import type { MovingDisk } from '../placement/moving-machine.ts'
import { poolChoices } from '../placement/plan-disks.ts'

interface JudgedPool {
  readonly choice: DiskPoolChoice
  /** Of the refusal. */
  readonly code: ErrorCode | null
}

export interface DiskPools {
  readonly disk: MovingDisk
  /** As the machine's page counts: from 1. */
  readonly number: number
  readonly pools: readonly JudgedPool[]
}

/** By name. Throws VM_NOT_FOUND, OBJECT_NOT_FOUND for a disk that it does not have, VM_STATE_CONFLICT where it is on no host. */
export async function findDiskPools(db: DatabaseClient, vmId: string, volumeId: string): Promise<DiskPools> {
  const [vm, hosts] = await Promise.all([findMovingMachine(db, vmId, []), findCandidateHosts(db, vmId)])
  const host = hosts.find(({ hostId }) => hostId === vm.hostId)
  const index = vm.disks.findIndex((disk) => disk.volumeId === volumeId)
  const disk = vm.disks[index]
  if (disk === undefined || host === undefined)
    throw new AppError('OBJECT_NOT_FOUND', `The machine has no disk ${volumeId}.`)
  const pools = poolChoices(disk, host).map((choice) => judge(choice, disk, host))
  return { disk, number: index + 1, pools: pools.toSorted((a, b) => (a.choice.pool < b.choice.pool ? -1 : 1)) }
}

function judge(choice: DiskPoolChoice, disk: MovingDisk, host: CandidateHost): JudgedPool {
  const no = (code: ErrorCode, refusal: string): JudgedPool => ({ choice: { ...choice, refusal }, code })
  const pool = host.pools.find(({ name }) => name === choice.pool)
  if (choice.pool === disk.pool) return no('VM_STATE_CONFLICT', 'It lies there already.')
  if (!host.capabilities.includes('disk-moves'))
    return no('AGENT_INCOMPATIBLE', `The agent of ${host.name} does not know how: update it.`)
  if (choice.refusal !== null)
    return { choice, code: typeof pool?.problem === 'string' ? 'POOL_UNAVAILABLE' : 'POOL_FULL' }
  if (choice.isFlattened) return no('IMAGE_NOT_FOUND', 'The image that it lies on cannot be brought there.')
  return { choice, code: null }
}
