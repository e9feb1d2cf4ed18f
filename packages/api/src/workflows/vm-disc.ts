/**
 * Puts a disc into a machine's drive, or takes it out: record (row, when it was accepted) ─▶ define ─▶ exchange.
 * The exchange comes last, because a guest may refuse it; then the row and the host go back to what is still in the drive.
 */
import { defineWorkflow, type Workflow } from '@berth/core/workflow/step'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import { operationArgsSchemas } from './operation-args.ts'
import type { WorkflowContext } from './ports.ts'
import { specChangeSteps } from './spec-change-steps.ts'
import { commandVm, hostStepLimits, requireVm, targetOf } from './vm-target.ts'

interface VmDiscState extends Readonly<Record<string, unknown>> {
  readonly vmId: string
  readonly previousSpec: VmSpec
  readonly isForced: boolean
}
export type VmDiscWorkflow = Workflow<WorkflowContext, VmDiscState>

function discWorkflow({ kind, title }: { kind: 'vm.insertDisc' | 'vm.ejectDisc'; title: string }): VmDiscWorkflow {
  return defineWorkflow<WorkflowContext, VmDiscState>({
    kind,
    version: 1,
    parseInput: (args) => operationArgsSchemas[kind].parse(args),
    steps: [
      ...specChangeSteps,
      {
        name: 'exchange',
        title,
        ...hostStepLimits,
        isPointOfNoReturn: true,
        do: async (context, { vmId, isForced }, run) => {
          const vm = await requireVm(context, vmId)
          const imageId = vm.spec.cdrom?.imageId ?? null
          await commandVm({ context, vm, run }, { kind: 'vm.changeDisc', ...targetOf(vm), imageId, isForced })
          return undefined
        },
      },
    ],
  })
}

export const vmInsertDisc = discWorkflow({ kind: 'vm.insertDisc', title: 'Insert the disc' })
export const vmEjectDisc = discWorkflow({ kind: 'vm.ejectDisc', title: 'Eject the disc' })
