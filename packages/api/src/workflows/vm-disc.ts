/**
 * Puts a disc into a machine's drive, or takes it out: record (row, when it was accepted) ─▶ define ─▶ exchange.
 * The exchange comes last, because a guest may refuse it; then the drive gets the earlier disc back, where it lost it, and
 * the host and the row follow. Where the drive does not take it back, host and row say that it is empty.
 */
import type { ImageId } from '@berth/core/ids/ids'
import { defineWorkflow, retryClassOf, type StepRun, type Workflow } from '@berth/core/workflow/step'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import { operationArgsSchemas } from './operation-args.ts'
import type { WorkflowContext } from './ports.ts'
import { specChangeSteps } from './spec-change-steps.ts'
import { commandVm, defineVm, hostStepLimits, requireVm, targetOf, type VmWork } from './vm-target.ts'

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
          await changeDisc({ context, vm, run }, { imageId: vm.spec.cdrom?.imageId ?? null, isForced })
          return undefined
        },
        undo: returnDisc,
      },
    ],
  })
}

const changeDisc = (work: VmWork, disc: { imageId: ImageId | null; isForced: boolean }): Promise<void> =>
  commandVm(work, { kind: 'vm.changeDisc', ...targetOf(work.vm), ...disc })

async function returnDisc(
  context: WorkflowContext,
  { vmId, previousSpec, isForced }: VmDiscState,
  run: StepRun,
): Promise<void> {
  const vm = await context.vms.find(vmId)
  if (vm === null) return
  try {
    await changeDisc({ context, vm, run }, { imageId: previousSpec.cdrom?.imageId ?? null, isForced })
  } catch (error) {
    if (retryClassOf(error) !== 'permanent') throw error
    // Thrown all the same: this undo is tried again, and only where none succeeds does the task end here, as interrupted.
    await changeDisc({ context, vm, run, part: 'empty' }, { imageId: null, isForced })
    await context.vms.restoreSpec(vmId, { ...previousSpec, cdrom: { imageId: null } })
    await defineVm({ context, vm: await requireVm(context, vmId), run, part: 'define' })
    throw error
  }
}

export const vmInsertDisc = discWorkflow({ kind: 'vm.insertDisc', title: 'Insert the disc' })
export const vmEjectDisc = discWorkflow({ kind: 'vm.ejectDisc', title: 'Eject the disc' })
