/** The first two steps of whatever changes a machine's spec: record (row, when it was accepted) ─▶ define, with their ways back. */
import type { Step } from '@berth/core/workflow/step'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import type { WorkflowContext } from './ports.ts'
import { defineVm, hostStepLimits, requireVm, rowStepLimits } from './vm-target.ts'

interface SpecChange extends Readonly<Record<string, unknown>> {
  readonly vmId: string
  readonly previousSpec: VmSpec
}

export const specChangeSteps: readonly Step<WorkflowContext, SpecChange>[] = [
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
]
