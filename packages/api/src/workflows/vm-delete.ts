/**
 * Deletes a machine, forward only once its row says so: tombstone ─▶ stop ─▶ undefine ─▶ disks to the trash ─▶ rows.
 * The rows go last, so that whatever is left on a host still has an owner's name.
 */
import { defineWorkflow } from '@berth/core/workflow/step'
import { operationArgsSchemas } from './operation-args.ts'
import type { WorkflowContext } from './ports.ts'
import { commandVm, commandVmIfThere, hostStepLimits, inPool, requireVm, rowStepLimits, targetOf } from './vm-target.ts'

interface VmDeleteState extends Readonly<Record<string, unknown>> {
  readonly vmId: string
}

// There is no way back, so each step is worth more patience than elsewhere.
const patient = { ...hostStepLimits, maxAttempts: 8 }

export const vmDelete = defineWorkflow<WorkflowContext, VmDeleteState>({
  kind: 'vm.delete',
  version: 1,
  parseInput: (args) => operationArgsSchemas['vm.delete'].parse(args),
  steps: [
    {
      name: 'tombstone',
      title: 'Mark as being deleted',
      isDoneOnAccept: true,
      isPointOfNoReturn: true,
      ...rowStepLimits,
      do: async ({ vms }, { vmId }) => {
        await vms.setLifecycle(vmId, 'deleting')
        return undefined
      },
      undo: async ({ vms }, { vmId }) => vms.setLifecycle(vmId, 'present'),
    },
    {
      name: 'stop',
      title: 'Cut the power',
      ...patient,
      do: async (context, { vmId }, run) => {
        const vm = await requireVm(context, vmId)
        await commandVmIfThere({ context, vm, run }, { kind: 'vm.stop', ...targetOf(vm) })
        return undefined
      },
    },
    {
      name: 'undefine',
      title: 'Take the machine off its host',
      ...patient,
      do: async (context, { vmId }, run) => {
        const vm = await requireVm(context, vmId)
        await commandVmIfThere({ context, vm, run }, { kind: 'vm.undefine', ...targetOf(vm) })
        return undefined
      },
    },
    {
      name: 'volumes',
      title: 'Move disks to the trash',
      ...patient,
      do: async (context, { vmId }, run) => {
        const vm = await requireVm(context, vmId)
        for (const { volumeId, pool } of vm.spec.disks) {
          const command = { kind: 'volume.delete', ...targetOf(vm), volumeId, ...inPool(pool) } as const
          await commandVm({ context, vm, run, part: volumeId }, command)
        }
        return undefined
      },
    },
    {
      name: 'rows',
      title: 'Forget the machine',
      ...rowStepLimits,
      do: async ({ vms }, { vmId }) => {
        await vms.remove(vmId)
        return undefined
      },
    },
  ],
})
