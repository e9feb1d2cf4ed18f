/**
 * Whether a request may begin now. Pure: it decides, the actor acts.
 *
 * Invariants: at most one request works on a machine, and only Stop may break into it; what is asked twice is done once;
 * what is done already succeeds again, because a step whose answer was lost is repeated; a refusal always has its reason.
 */
import type { ErrorCode } from '@berth/core/errors/error-codes'
import { mayVm, type VmVerb } from '@berth/core/vm/vm-can'
import type { HeldVmState } from '@berth/core/vm/vm-state'

export const requestVerbs = [
  'start',
  'shutdown',
  'stop',
  'reboot',
  'reset',
  'pause',
  'resume',
  'migrate',
  'relocate',
  'undefine',
] as const
export type RequestVerb = (typeof requestVerbs)[number]

export interface RequestSituation {
  readonly state: HeldVmState
  readonly hasProcess: boolean
  readonly isSilent?: boolean
  /** It was given to another host, which has not answered yet: nothing may be done to it here but to ask on. */
  readonly isGiven?: boolean
  /** The request that works now. */
  readonly current: RequestVerb | null
}

export type Admission =
  | { readonly kind: 'run' }
  /** The same is under way: share its outcome. */
  | { readonly kind: 'join' }
  /** Done already: succeed without doing anything. */
  | { readonly kind: 'done' }
  /** A short request works now: ask again when it has ended. */
  | { readonly kind: 'wait' }
  /** End the current request early, then ask again. */
  | { readonly kind: 'preempt' }
  | { readonly kind: 'deny'; readonly code: ErrorCode; readonly reason: string }

/** Over in moments: the next request waits for them. The others take minutes: the next one is told to come back. */
const shortVerbs: ReadonlySet<RequestVerb> = new Set(['reset', 'pause', 'resume'])
/** What Stop may break into. A move is called off by it; one whose machine was given is not reached here. */
const stoppableVerbs: ReadonlySet<RequestVerb> = new Set(['start', 'shutdown', 'reboot', 'migrate', 'relocate'])

export function admit(situation: RequestSituation, verb: RequestVerb): Admission {
  const { current } = situation
  if (situation.isGiven === true && verb !== 'migrate')
    return { kind: 'deny', code: 'VM_STATE_CONFLICT', reason: 'The machine was given to another host.' }
  // Of another disk, maybe.
  if (current === 'relocate' && verb === 'relocate') return { kind: 'wait' }
  if (current === verb) return { kind: 'join' }
  if (current === null) return admitAlone(situation, verb)
  if (shortVerbs.has(current)) return { kind: 'wait' }
  if (verb === 'stop' && stoppableVerbs.has(current)) return { kind: 'preempt' }
  return { kind: 'deny', code: 'VM_BUSY', reason: `Busy: ${current}.` }
}

function admitAlone(situation: RequestSituation, verb: RequestVerb): Admission {
  if (isDone(situation, verb)) return { kind: 'done' }
  if (verb === 'undefine') return admitUndefine(situation)
  // A move that an agent before this one began: it is called off, or handed over.
  if (verb === 'migrate' && situation.state === 'migrating') return { kind: 'run' }
  // Of one that is off the disks go.
  if (verb === 'migrate' && isOff(situation)) return { kind: 'run' }
  // A reboot whose first half is done: an attempt before this one was lost after the guest had gone down.
  if (verb === 'reboot' && situation.state === 'stopped') return { kind: 'run' }
  // A shutdown that was asked from within the guest is under way: wait for it like for our own.
  if (verb === 'shutdown' && situation.state === 'stopping') return { kind: 'run' }
  const answer = mayVm(vmVerbOf(verb), { ...situation, isProtected: false, busyWith: null })
  return answer.isAllowed ? { kind: 'run' } : { kind: 'deny', code: answer.code, reason: answer.reason }
}

function isDone({ state, hasProcess }: RequestSituation, verb: RequestVerb): boolean {
  switch (verb) {
    case 'start':
      return hasProcess && (state === 'running' || state === 'paused' || state === 'migrating')
    case 'shutdown':
    case 'stop':
      return isOff({ state, hasProcess })
    case 'pause':
      return state === 'paused'
    case 'resume':
      return state === 'running'
    case 'reboot':
    case 'reset':
    case 'migrate':
    case 'relocate':
    case 'undefine':
      return false
  }
}

const isOff = ({ state, hasProcess }: Pick<RequestSituation, 'state' | 'hasProcess'>): boolean =>
  !hasProcess && (state === 'stopped' || state === 'crashed')

function admitUndefine({ hasProcess }: RequestSituation): Admission {
  if (!hasProcess) return { kind: 'run' }
  return { kind: 'deny', code: 'VM_STATE_CONFLICT', reason: 'The machine is on: stop it before it is removed.' }
}

const vmVerbOf = (verb: Exclude<RequestVerb, 'undefine'>): VmVerb => (verb === 'relocate' ? 'moveDisk' : verb)
