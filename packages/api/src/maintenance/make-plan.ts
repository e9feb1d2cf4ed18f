/** Makes the plan of a host's machines, or of some that were ticked, from what the rows say now. */
import { hasErrorCode } from '@berth/core/errors/app-error'
import type { MovePlan } from '@berth/core/maintenance/drain'
import { movePolicySchema, policyFor, usualMovePolicy, type MovePolicy } from '@berth/core/migration/move-policy'
import type { DatabaseClient } from '@berth/prisma/client'
import type { MoveMeasures } from '../forecast/move-measures.ts'
import { findMovingMachine } from '../migration/moving-machine-repo.ts'
import { findCandidateHosts } from '../placement/candidate-repo.ts'
import type { MovingMachine } from '../placement/moving-machine.ts'
import { planMoves, type PlanSubject } from '../placement/plan-moves.ts'
import { usualMoveMsPerByte } from './drain-repo.ts'

export interface PlanWish {
  readonly vmId: string
  readonly name: string
  readonly triedHostIds: readonly string[]
}

interface PolicedSubject extends PlanSubject {
  readonly movePolicy: MovePolicy
}

export interface PlanSources {
  readonly db: DatabaseClient
  readonly measures: Pick<MoveMeasures, 'forecast'> | null
}

/** Nothing but rows changes hands where no disk travels. */
const offMoveMs = 2_000

/** `closedHostId`: a host that will take nothing, whatever its row says yet. Machines of which nothing is known are left out. */
export async function makePlan(
  { db, measures }: PlanSources,
  wishes: readonly PlanWish[],
  closedHostId: string | null,
): Promise<MovePlan> {
  const [hosts, msPerByte, ...found] = await Promise.all([
    findCandidateHosts(db, null),
    usualMoveMsPerByte(db),
    ...wishes.map((wish) => subjectOf(db, wish)),
  ])
  const subjects = found.flatMap((subject) => (subject === null ? [] : [subject]))
  const known = new Map(subjects.map((subject) => [subject.vmId, subject]))
  return planMoves({
    subjects,
    hosts: hosts.map((host) => (host.hostId === closedHostId ? { ...host, isInMaintenance: true } : host)),
    durationMs: (vmId, targetHostId) => {
      const subject = known.get(vmId)
      if (subject === undefined) return null
      const { machine } = subject
      const diskBytes = ownDiskBytes(machine)
      if (!machine.isOn && diskBytes === 0) return offMoveMs
      const path = { vmId, sourceHostId: machine.hostId, targetHostId }
      const forecast = machine.isOn
        ? measures?.forecast(path, {
            policy: policyFor(subject, { chosen: undefined, hasFreight: diskBytes > 0 }),
            ...{ capBytesPerSecond: null, diskBytes },
          })
        : undefined
      if (forecast) return forecast.totalMs.likely
      return msPerByte === null ? null : msPerByte * ((machine.isOn ? machine.memoryBytes : 0) + diskBytes)
    },
  })
}

/** Of those that only its host sees, and that travel. */
const ownDiskBytes = ({ disks }: MovingMachine): number =>
  disks.reduce((sum, disk) => sum + (disk.sharedPoolId === null ? (disk.allocatedBytes ?? disk.sizeBytes) : 0), 0)

async function subjectOf(db: DatabaseClient, { vmId, name, triedHostIds }: PlanWish): Promise<PolicedSubject | null> {
  try {
    const machine = await findMovingMachine(db, vmId, [])
    const row = await db.vm.findUnique({ where: { id: vmId }, select: { movePolicy: true } })
    return {
      vmId,
      name,
      triedHostIds,
      machine,
      movePolicy: movePolicySchema.catch(usualMovePolicy).parse(row?.movePolicy),
    }
  } catch (error) {
    // Deleted just now, or on a host that has never spoken: there is nothing to weigh.
    if (hasErrorCode(error, 'VM_NOT_FOUND') || hasErrorCode(error, 'VM_STATE_CONFLICT')) return null
    throw error
  }
}
