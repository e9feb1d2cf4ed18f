/**
 * Brings a changed spec to the machine's host: record (row, when it was accepted) ─▶ define ─▶ grow the disks.
 * Growing comes last because it has no way back; until then the earlier spec is restored, under a newer revision.
 */
import { defineWorkflow } from '@berth/core/workflow/step'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import { operationArgsSchemas } from './operation-args.ts'
import type { WorkflowContext } from './ports.ts'
import { specChangeSteps } from './spec-change-steps.ts'
import { commandVm, hostStepLimits, requireVm, targetOf } from './vm-target.ts'

interface VmUpdateState extends Readonly<Record<string, unknown>> {
  readonly vmId: string
  readonly previousSpec: VmSpec
}

export const vmUpdate = defineWorkflow<WorkflowContext, VmUpdateState>({
  kind: 'vm.update',
  version: 1,
  parseInput: (args) => operationArgsSchemas['vm.update'].parse(args),
  steps: [
    ...specChangeSteps,
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
