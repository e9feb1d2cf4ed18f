/**
 * Which verb is allowed on a machine, and if not, why. One table for the button, its tooltip, the API and the agent.
 */
import type { ErrorCode } from '../errors/error-codes.ts'
import type { VmState } from './vm-state.ts'

export const vmVerbs = [
  'start',
  'shutdown',
  'stop',
  'reboot',
  'reset',
  'pause',
  'resume',
  'delete',
  'update',
  'changeDisc',
  'migrate',
  'moveDisk',
  'openConsole',
  'takeScreenshot',
] as const
export type VmVerb = (typeof vmVerbs)[number]

/** What a decision needs to know of a machine; every view and the agent's actor have these. */
export interface VmSituation {
  readonly state: VmState
  readonly isProtected: boolean
  /** Whether a QEMU process exists: a crashed machine may still have its body. */
  readonly hasProcess: boolean
  /** Whether that process is there and does not answer; absent: it does. */
  readonly isSilent?: boolean
  /** The changing operation under way, in words ("Start web-1"), or null. */
  readonly busyWith: string | null
}

export type VmAnswer =
  { readonly isAllowed: true } | { readonly isAllowed: false; readonly code: ErrorCode; readonly reason: string }

interface Rule {
  readonly states: readonly VmState[]
  readonly needsProcess?: true
  /** QEMU, or the guest through it, has to do something; the others are done to the process itself. */
  readonly needsAnswer?: true
  readonly ignoresBusy?: true
  readonly otherwise: string
}

const rules: Readonly<Record<VmVerb, Rule>> = {
  start: { states: ['stopped', 'crashed'], otherwise: 'Only a stopped machine can be started' },
  shutdown: { states: ['running'], needsAnswer: true, otherwise: 'Only a running machine can shut down' },
  stop: {
    states: ['running', 'paused', 'starting', 'stopping', 'crashed', 'migrating'],
    needsProcess: true,
    otherwise: 'The machine is already off',
  },
  reboot: { states: ['running'], needsAnswer: true, otherwise: 'Only a running machine can reboot' },
  reset: {
    states: ['running', 'paused', 'crashed'],
    needsProcess: true,
    needsAnswer: true,
    otherwise: 'Only a machine that is on can be reset',
  },
  pause: { states: ['running'], needsAnswer: true, otherwise: 'Only a running machine can be paused' },
  resume: { states: ['paused'], needsAnswer: true, otherwise: 'Only a paused machine can be resumed' },
  delete: { states: ['stopped', 'crashed', 'running', 'paused'], otherwise: 'It cannot be deleted now' },
  update: { states: ['stopped', 'crashed', 'running', 'paused'], otherwise: 'It cannot be changed now' },
  changeDisc: {
    states: ['stopped', 'crashed', 'running', 'paused'],
    needsAnswer: true,
    otherwise: 'The disc cannot be changed now',
  },
  migrate: {
    states: ['running', 'paused', 'stopped'],
    needsAnswer: true,
    otherwise: 'Only a machine that runs, is paused or is off can move to another host',
  },
  moveDisk: {
    states: ['running', 'paused', 'stopped', 'crashed'],
    needsAnswer: true,
    otherwise: 'Its disks cannot go into another pool now',
  },
  openConsole: {
    states: ['starting', 'running', 'paused', 'stopping', 'migrating', 'crashed'],
    needsProcess: true,
    ignoresBusy: true,
    otherwise: 'The machine is off: there is no screen to show',
  },
  takeScreenshot: {
    states: ['running', 'paused', 'stopping', 'migrating', 'crashed'],
    needsProcess: true,
    needsAnswer: true,
    ignoresBusy: true,
    otherwise: 'The machine is off: there is no screen to show',
  },
}

const stateWords: Readonly<Record<VmState, string>> = {
  creating: 'it is still being created',
  stopped: 'it is stopped',
  starting: 'it is starting',
  running: 'it is running',
  paused: 'it is paused',
  stopping: 'it is shutting down',
  migrating: 'it is moving to another host',
  crashed: 'it has crashed',
  deleting: 'it is being deleted',
  unknown: 'its host does not answer, so its state is not known',
}

const silentReason = 'Its QEMU does not answer. It may come back; until then only cutting its power works.'

const no = (code: ErrorCode, reason: string): VmAnswer => ({ isAllowed: false, code, reason })

export function mayVm(verb: VmVerb, vm: VmSituation): VmAnswer {
  const rule = rules[verb]
  if (!rule.states.includes(vm.state)) return no('VM_STATE_CONFLICT', `${rule.otherwise}; ${stateWords[vm.state]}.`)
  if (rule.needsProcess && !vm.hasProcess) return no('VM_STATE_CONFLICT', `${rule.otherwise}.`)
  if (rule.needsAnswer && vm.isSilent === true) return no('VM_STATE_CONFLICT', silentReason)
  if (vm.busyWith !== null && !rule.ignoresBusy) return no('VM_BUSY', `Busy: ${vm.busyWith}.`)
  if (verb === 'delete' && vm.isProtected) return no('VM_PROTECTED', 'The machine is protected against deletion.')
  return { isAllowed: true }
}

type VmCan = { readonly [V in VmVerb]: (vm: VmSituation) => VmAnswer }

/** `vmCan.start(vm)` answers yes, or no with the code and the reason in words. */
export const vmCan: VmCan = {
  start: (vm) => mayVm('start', vm),
  shutdown: (vm) => mayVm('shutdown', vm),
  stop: (vm) => mayVm('stop', vm),
  reboot: (vm) => mayVm('reboot', vm),
  reset: (vm) => mayVm('reset', vm),
  pause: (vm) => mayVm('pause', vm),
  resume: (vm) => mayVm('resume', vm),
  delete: (vm) => mayVm('delete', vm),
  update: (vm) => mayVm('update', vm),
  changeDisc: (vm) => mayVm('changeDisc', vm),
  migrate: (vm) => mayVm('migrate', vm),
  moveDisk: (vm) => mayVm('moveDisk', vm),
  openConsole: (vm) => mayVm('openConsole', vm),
  takeScreenshot: (vm) => mayVm('takeScreenshot', vm),
}
