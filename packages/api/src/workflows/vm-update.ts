/**
 * Brings a changed spec to the machine's host: record (row, when it was accepted) ─▶ define ─▶ grow the disks.
 * Growing comes last because it has no way back; until then the earlier spec is restored, under a newer revision.
 */
import { defineWorkflow } from '@berth/core/workflow/step'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import { operationArgsSchemas } from './operation-args.ts'
import type { WorkflowContext } from './ports.ts'
import { commandVm, defineVm, hostStepLimits, requireVm, rowStepLimits, targetOf } from './vm-target.ts'

interface VmUpdateState extends Readonly<Record<string, unknown>> {
  readonly vmId: string
  readonly previousSpec: VmSpec
}

export const vmUpdate = defineWorkflow<WorkflowContext, VmUpdateState>({
  kind: 'vm.update',
  version: 1,
  parseInput: (args) => operationArgsSchemas['vm.update'].parse(args),
  steps: [
    {
      name: 'record',
      title: 'Record the change',
      isDoneOnAccept: true,
      ...rowStepLimits,
      do: async (context, { vmId }) => {
        await requireVm(context, vmId)
        return undefined
      },
      undo: async ({ vms }, { vmId, previousSpec }) => vms.restoreSpec(vmId, previousSpec),
    },
    {
      name: 'define',
      title: 'Tell its host',
      ...hostStepLimits,
      do: async (context, { vmId }, run) => {
        await defineVm({ context, vm: await requireVm(context, vmId), run })
        return undefined
      },
      undo: async (context, { vmId, previousSpec }, run) => {
        // Row first: its revision rises, and the host takes nothing older than what it has.
        await context.vms.restoreSpec(vmId, previousSpec)
        const vm = await context.vms.find(vmId)
        if (vm !== null) await defineVm({ context, vm, run })
      },
    },
    {
      name: 'grow',
      title: 'Grow disks',
      ...hostStepLimits,
      isPointOfNoReturn: true,
      do: async (context, { vmId, previousSpec }, run) => {
        const vm = await requireVm(context, vmId)
        for (const { volumeId, sizeBytes } of vm.spec.disks) {
          const before = previousSpec.disks.find((disk) => disk.volumeId === volumeId)
          if (before === undefined || before.sizeBytes >= sizeBytes) continue
          const command = { kind: 'volume.resize', ...targetOf(vm), volumeId, sizeBytes } as const
          await commandVm({ context, vm, run, part: volumeId }, command)
          await context.vms.setVolumeSize(volumeId, sizeBytes)
        }
        return undefined
      },
    },
  ],
})
