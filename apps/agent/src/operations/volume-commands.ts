/**
 * The commands on volumes. A volume belongs to one machine, which may not be defined yet when its disks are made, and no
 * longer when they are deleted; while it is, its epoch rules, and a disk in use is not touched.
 */
import type { AgentCommandOf, AgentResultOf } from '@berth/core/agent-contract/agent-commands'
import { AppError } from '@berth/core/errors/app-error'
import { defaultPoolName } from '@berth/core/storage/volume'
import { formatBytes } from '@berth/core/units/bytes'
import { resizeBlockdev } from '../qmp/commands/block-commands.ts'
import { diskNodeOf } from '../vm/disk-nodes.ts'
import { sightVolumes } from '../vm/volume-sightings.ts'
import type { CommandTargets } from './agent-commands.ts'
import type { StepRun } from './step-runner.ts'

interface VolumeCommands {
  create: (command: AgentCommandOf<'volume.create'>, run: StepRun) => Promise<AgentResultOf<'volume.create'>>
  delete: (command: AgentCommandOf<'volume.delete'>) => Promise<AgentResultOf<'volume.delete'>>
  resize: (command: AgentCommandOf<'volume.resize'>) => Promise<AgentResultOf<'volume.resize'>>
}

export function volumeCommands({ storage, machines }: CommandTargets): VolumeCommands {
  return {
    create: async (command, run) => {
      storage.requirePool(command.disk.pool)
      machines.checkEpoch(command)
      await storage.volumes.claim(command.vmId, [command.disk], command.vmEpoch)
      const { virtualBytes, allocatedBytes } = await storage.volumes.create(command.vmId, command.disk, run)
      return { virtualBytes, allocatedBytes }
    },
    delete: async (command) => {
      machines.checkEpoch(command)
      const actor = machines.get(command.vmId)
      const inUse = actor?.record.run?.spec ?? (actor?.hasProcess === true ? actor.record.spec : undefined)
      if (inUse?.disks.some(({ volumeId }) => volumeId === command.volumeId) === true) {
        throw new AppError('VM_STATE_CONFLICT', 'The disk is in use: stop the machine first.')
      }
      const { vmId, vmEpoch, volumeId, pool = defaultPoolName } = command
      await storage.volumes.delete(vmId, { volumeId, vmEpoch, pool })
      return {}
    },
    resize: async (command) => {
      const actor = machines.target(command)
      const { volumeId, sizeBytes } = command
      const disk = actor.record.spec.disks.find((candidate) => candidate.volumeId === volumeId)
      if (disk === undefined) throw new AppError('OBJECT_NOT_FOUND', `The machine has no disk ${volumeId}.`)
      if (sizeBytes < disk.sizeBytes) {
        throw new AppError('SIZE_INVALID', `A disk of ${formatBytes(disk.sizeBytes)} cannot shrink.`)
      }
      // A QEMU that lives and does not answer has the disk: only it may grow it.
      if (actor.hasProcess) actor.requireMachine()
      if (actor.machine === undefined) await storage.volumes.resize(actor.vmId, disk, sizeBytes)
      else await resizeBlockdev(actor.machine.qmp, { nodeName: diskNodeOf(actor.machine.run, volumeId), sizeBytes })
      await sightVolumes(actor, storage)
      return {}
    },
  }
}
