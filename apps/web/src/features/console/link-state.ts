/**
 * What the connection of one console is doing. Pure; use-console-link.ts carries it out.
 *
 *                    opened                    closed, refused
 *   connecting ───────────────▶ open ───────────────────────────┐
 *     ▲    ▲                                                     ▼
 *     │    └──── time is up, machine came on, asked ──────── waiting
 *     │                                                        │  ▲
 *     └───────── machine came on ◀──── off ◀── machine is off ─┘  │ unknown again
 *
 *   A machine that has moved is connected to anew from wherever the link is: its old host may keep a dead line open.
 *
 *   gone: the machine was deleted, or this user may not see it any more. Nothing leads out of it.
 *
 * A session is one try: ticket, socket, and what is attached to it. Its number rises with each, so that what arrives late
 * from an older one changes nothing. Only a console that stayed open for a while forgets how often it failed: a host that
 * accepts and cuts at once is not asked four times a second.
 */
import { consoleCloseCodes } from '@berth/core/console/serial-control'
import type { ErrorCode } from '@berth/core/errors/error-codes'

/** What the panel knows of the machine. `unknown`: its host does not answer. */
export type MachinePower = 'on' | 'off' | 'unknown' | 'gone'

export type WaitCause =
  | 'linkLost'
  | 'agentRestarts'
  | 'tooSlow'
  | 'machineRestarts'
  | 'machineMoves'
  | 'panelSilent'
  | 'hostSilent'
  | 'tooManyConsoles'
export type GoneCause = 'deleted' | 'signedOut' | 'forbidden'

export type LinkState =
  | {
      readonly kind: 'connecting'
      readonly session: number
      readonly failures: number
      readonly cause: WaitCause | null
    }
  | { readonly kind: 'open'; readonly session: number; readonly failures: number }
  | { readonly kind: 'waiting'; readonly failures: number; readonly cause: WaitCause; readonly delayMs: number }
  | { readonly kind: 'off' }
  | { readonly kind: 'gone'; readonly cause: GoneCause }

export interface Link {
  readonly state: LinkState
  readonly machine: MachinePower
  /** The host that it was seen on last; null before any. */
  readonly hostId: string | null
  /** Whether it is on its way to another host: what fails meanwhile fails for that, and is soon over. */
  readonly isMoving: boolean
  /** A screen exists only while the machine is on; a serial console stays open and keeps its history. */
  readonly needsMachine: boolean
  readonly lastSession: number
}

export type LinkEvent =
  | { readonly kind: 'opened'; readonly session: number }
  | { readonly kind: 'settled'; readonly session: number }
  | { readonly kind: 'closed'; readonly session: number; readonly code: number }
  | { readonly kind: 'refused'; readonly session: number; readonly code: ErrorCode | null }
  | { readonly kind: 'timeIsUp' }
  | { readonly kind: 'asked' }
  | { readonly kind: 'machineSeen'; readonly machine: MachinePower }
  | { readonly kind: 'movingSeen'; readonly isMoving: boolean }
  | { readonly kind: 'hostSeen'; readonly hostId: string | null }

const delaysMs = [250, 500, 1_000, 2_000, 4_000] as const
const longestDelayMs = 6_000
/** A hand-over is short, and the console is to be back within two seconds of it. */
const movingDelayMs = 400
const movingFailures = 10
/** An agent that said that it restarts is back in 2 s; after this many failures it is silent like any other. */
const restartFailures = 5

export const retryDelayMs = (failures: number): number => delaysMs[failures] ?? longestDelayMs

/** Whether it changes hosts with its machine and will be back in a moment: what was seen last may stay as it is. */
export const isFollowing = (state: LinkState): boolean =>
  (state.kind === 'connecting' || state.kind === 'waiting') &&
  state.cause === 'machineMoves' &&
  state.failures < movingFailures

export function startLink(machine: MachinePower, needsMachine: boolean): Link {
  const link: Link = { state: { kind: 'off' }, machine, hostId: null, isMoving: false, needsMachine, lastSession: 0 }
  if (machine === 'gone') return { ...link, state: { kind: 'gone', cause: 'deleted' } }
  return canTry(link) ? connect(link, 0, null) : link
}

export function nextLink(link: Link, event: LinkEvent): Link {
  const { state } = link
  if (state.kind === 'gone') return link
  switch (event.kind) {
    case 'opened':
      if (state.kind !== 'connecting' || state.session !== event.session) return link
      return { ...link, state: { kind: 'open', session: state.session, failures: state.failures } }
    case 'settled':
      if (state.kind !== 'open' || state.session !== event.session || state.failures === 0) return link
      return { ...link, state: { ...state, failures: 0 } }
    case 'closed':
      if (!isCurrent(state, event.session)) return link
      return fail(link, state.failures, causeOfClose(event.code, state))
    case 'refused':
      if (!isCurrent(state, event.session)) return link
      return refuse(link, state.failures, event.code)
    case 'timeIsUp':
    case 'asked':
      return state.kind === 'waiting' ? connect(link, state.failures, state.cause) : link
    case 'machineSeen':
      return see(link, event.machine)
    case 'movingSeen':
      return { ...link, isMoving: event.isMoving }
    case 'hostSeen':
      return seeHost(link, event.hostId)
  }
}

type Trying = Extract<LinkState, { session: number }>

const isCurrent = (state: LinkState, session: number): state is Trying =>
  'session' in state && state.session === session

const canTry = ({ machine, isMoving, needsMachine }: Pick<Link, 'machine' | 'isMoving' | 'needsMachine'>): boolean =>
  machine !== 'off' || isMoving || !needsMachine

function connect(link: Link, failures: number, cause: WaitCause | null): Link {
  const session = link.lastSession + 1
  return { ...link, lastSession: session, state: { kind: 'connecting', session, failures, cause } }
}

function fail(link: Link, failures: number, cause: WaitCause): Link {
  if (!canTry(link)) return { ...link, state: { kind: 'off' } }
  const isSoonOver = link.isMoving && failures < movingFailures
  const delayMs = isSoonOver ? Math.min(movingDelayMs, retryDelayMs(failures)) : retryDelayMs(failures)
  return { ...link, state: { kind: 'waiting', failures: failures + 1, cause: toldCause(link, cause), delayMs } }
}

/** Its old host ends it before its new one shows it: that is no restart. */
function toldCause({ machine, isMoving }: Link, cause: WaitCause): WaitCause {
  if (isMoving && (cause === 'machineRestarts' || cause === 'hostSilent')) return 'machineMoves'
  return machine === 'unknown' ? 'hostSilent' : cause
}

function refuse(link: Link, failures: number, code: ErrorCode | null): Link {
  switch (code) {
    case 'VM_NOT_FOUND':
      return { ...link, state: { kind: 'gone', cause: 'deleted' } }
    case 'SESSION_REQUIRED':
      return { ...link, state: { kind: 'gone', cause: 'signedOut' } }
    case 'PERMISSION_DENIED':
      return { ...link, state: { kind: 'gone', cause: 'forbidden' } }
    case 'CONSOLE_LIMIT':
      return fail(link, failures, 'tooManyConsoles')
    case 'VM_STATE_CONFLICT':
      return fail(link, failures, 'machineRestarts')
    case 'HOST_UNREACHABLE':
      return fail(link, failures, 'hostSilent')
    default:
      return fail(link, failures, 'panelSilent')
  }
}

function see(link: Link, machine: MachinePower): Link {
  if (machine === link.machine) return link
  const seen: Link = { ...link, machine }
  if (machine === 'gone') return { ...seen, state: { kind: 'gone', cause: 'deleted' } }
  const { state } = link
  // An open screen of a machine that is going off still shows its last picture; its close, which follows, says "off".
  if (machine === 'off') return state.kind === 'waiting' && !canTry(seen) ? { ...seen, state: { kind: 'off' } } : seen
  if (state.kind === 'off') return connect(seen, 0, 'machineRestarts')
  return machine === 'on' && state.kind === 'waiting' ? connect(seen, state.failures, state.cause) : seen
}

function seeHost(link: Link, hostId: string | null): Link {
  if (hostId === null || hostId === link.hostId) return link
  const seen: Link = { ...link, hostId }
  return link.hostId === null || link.state.kind === 'off' ? seen : connect(seen, 0, 'machineMoves')
}

function causeOfClose(code: number, state: Trying): WaitCause {
  switch (code) {
    case consoleCloseCodes.machineOff:
      return 'machineRestarts'
    case consoleCloseCodes.cutTooSlow:
      return 'tooSlow'
    case consoleCloseCodes.agentStopping:
      return 'agentRestarts'
    case 1013:
      return 'tooManyConsoles'
    default:
      if (state.kind === 'open') return 'linkLost'
      // A handshake that was refused tells a browser nothing but 1006.
      return state.cause === 'agentRestarts' && state.failures < restartFailures ? 'agentRestarts' : 'hostSilent'
  }
}
