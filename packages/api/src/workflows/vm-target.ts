/** What the machine workflows share: reading the machine's row anew in each step, and naming it to its host. */
import type { AgentCommand } from '@berth/core/agent-contract/agent-commands'
import type { VmSighting } from '@berth/core/agent-contract/step-report'
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import { vmIdSchema } from '@berth/core/ids/ids'
import { defaultPoolName } from '@berth/core/storage/volume'
import type { StepRun } from '@berth/core/workflow/step'
import type { VmRecord, WorkflowContext } from './ports.ts'
import { runOnHost } from './run-on-host.ts'

export interface VmWork {
  readonly context: WorkflowContext
  readonly vm: VmRecord
  readonly run: StepRun
  readonly part?: string
}

/** Throws VM_NOT_FOUND when somebody removed it meanwhile. */
export async function requireVm(context: WorkflowContext, vmId: string): Promise<VmRecord> {
  const vm = await context.vms.find(vmId)
  if (vm === null) throw new AppError('VM_NOT_FOUND', `There is no machine ${vmId}.`)
  return vm
}

export const targetOf = (vm: VmRecord) => ({ vmId: vmIdSchema.parse(vm.vmId), vmEpoch: vm.ownerEpoch })

export async function commandVm({ context, vm, run, part }: VmWork, command: AgentCommand): Promise<void> {
  // The stream brings it too, but by another way: without this a task could end some milliseconds before the machine's row
  // says so, and whoever waited for the task would be refused the next step.
  const onSighting = (sighting: VmSighting): Promise<void> => context.vms.setObserved(vm.hostId, sighting)
  const work = { run, command, onSighting, ...(part === undefined ? {} : { part }) }
  await runOnHost(context.link(vm.hostId), work)
}

/** For what takes a machine away: one that its host does not have (any more) needs no taking away. */
export async function commandVmIfThere(work: VmWork, command: AgentCommand): Promise<void> {
  try {
    await commandVm(work, command)
  } catch (error) {
    if (!hasErrorCode(error, 'VM_NOT_FOUND')) throw error
  }
}

/** Gives the host the machine's spec as the row has it now. */
export const defineVm = (work: VmWork): Promise<void> =>
  commandVm(work, { kind: 'vm.define', ...targetOf(work.vm), revision: work.vm.revision, spec: work.vm.spec })

/** Said only where it is not the host's own: an agent that knows no other pools takes no word of them. */
export const inPool = (pool: string): { pool?: string } => (pool === defaultPoolName ? {} : { pool })

/** Most steps that work on a host: it may be away for a while, and a restart of its agent costs an attempt. */
export const hostStepLimits = { timeoutMs: 120_000, maxAttempts: 4, backoffMs: 500 } as const
/** Steps that only write rows: the database's absence is a retry, and it may be away for long. */
export const rowStepLimits = { timeoutMs: 60_000, maxAttempts: 10, backoffMs: 500 } as const
/** Where a host has decided, and the rows can only follow: one that is away then is waited for, for a day. */
export const afterwardsLimits = { timeoutMs: 600_000, maxAttempts: 150, backoffMs: 500 } as const
