/**
 * The power verbs: record what the host shall restore after its own reboot, then one command. What was wanted is
 * recorded first for "on" and last for "off", so that a host that reboots in the middle errs on the side of running.
 */
import type { AgentCommand } from '@berth/core/agent-contract/agent-commands'
import { defineWorkflow, type Workflow } from '@berth/core/workflow/step'
import { operationArgsSchemas } from './operation-args.ts'
import type { VmRecord, WorkflowContext } from './ports.ts'
import { commandVm, defineVm, hostStepLimits, requireVm, rowStepLimits, targetOf } from './vm-target.ts'

interface VmPowerState extends Readonly<Record<string, unknown>> {
  readonly vmId: string
  readonly timeoutMs?: number
}
export type VmPowerWorkflow = Workflow<WorkflowContext, VmPowerState>
type Verb = 'start' | 'stop' | 'shutdown' | 'reboot' | 'reset' | 'pause' | 'resume'

interface Power {
  readonly verb: Verb
  readonly title: string
  readonly command: (vm: VmRecord, timeoutMs: number) => AgentCommand
  readonly desired?: 'on' | 'off'
}

// Beyond what the guest may take, so that the agent's own answer (GUEST_IGNORED_SHUTDOWN) arrives before the step's end.
const graceMs = 60_000
const defaultShutdownMs = 90_000

function powerWorkflow({ verb, title, command, desired }: Power): VmPowerWorkflow {
  const kind = `vm.${verb}` as const
  const act: VmPowerWorkflow['steps'][number] = {
    name: verb,
    title,
    ...hostStepLimits,
    // The power is off then, and nothing here puts it on again.
    ...(desired === 'off' ? { isPointOfNoReturn: true as const } : {}),
    timeoutMs: verb === 'shutdown' || verb === 'reboot' ? 3_600_000 + graceMs : hostStepLimits.timeoutMs,
    do: async (context, { vmId, timeoutMs }, run) => {
      const vm = await requireVm(context, vmId)
      await commandVm({ context, vm, run }, command(vm, timeoutMs ?? defaultShutdownMs))
      return undefined
    },
  }
  return defineWorkflow<WorkflowContext, VmPowerState>({
    kind,
    version: 1,
    parseInput: (args) => operationArgsSchemas[kind].parse(args),
    steps: desired === undefined ? [act] : desired === 'on' ? [recordStep('on'), act] : [act, recordStep('off')],
  })
}

const recordStep = (power: 'on' | 'off'): VmPowerWorkflow['steps'][number] => ({
  name: 'record',
  title: power === 'on' ? 'Mark as wanted on' : 'Mark as wanted off',
  ...rowStepLimits,
  do: async (context, { vmId }, run) => {
    await context.vms.setDesiredPower(vmId, power)
    await defineVm({ context, vm: await requireVm(context, vmId), run })
    return undefined
  },
  ...(power === 'on' ? { undo: recordOff } : {}),
})

/** A machine that could not start is not tried again by every boot of its host. */
const recordOff: NonNullable<VmPowerWorkflow['steps'][number]['undo']> = async (context, { vmId }, run) => {
  await context.vms.setDesiredPower(vmId, 'off')
  const vm = await context.vms.find(vmId)
  if (vm !== null) await defineVm({ context, vm, run })
}

export const vmStart = powerWorkflow({
  verb: 'start',
  title: 'Start',
  command: (vm) => ({ kind: 'vm.start', ...targetOf(vm) }),
  desired: 'on',
})

export const vmStop = powerWorkflow({
  verb: 'stop',
  title: 'Cut the power',
  command: (vm) => ({ kind: 'vm.stop', ...targetOf(vm) }),
  desired: 'off',
})

export const vmShutdown = powerWorkflow({
  verb: 'shutdown',
  title: 'Ask the guest to shut down',
  command: (vm, timeoutMs) => ({ kind: 'vm.shutdown', ...targetOf(vm), timeoutMs }),
  desired: 'off',
})

export const vmReboot = powerWorkflow({
  verb: 'reboot',
  title: 'Ask the guest to reboot',
  command: (vm, timeoutMs) => ({ kind: 'vm.reboot', ...targetOf(vm), timeoutMs }),
})

export const vmReset = powerWorkflow({
  verb: 'reset',
  title: 'Reset',
  command: (vm) => ({ kind: 'vm.reset', ...targetOf(vm) }),
})

export const vmPause = powerWorkflow({
  verb: 'pause',
  title: 'Pause',
  command: (vm) => ({ kind: 'vm.pause', ...targetOf(vm) }),
})

export const vmResume = powerWorkflow({
  verb: 'resume',
  title: 'Resume',
  command: (vm) => ({ kind: 'vm.resume', ...targetOf(vm) }),
})
