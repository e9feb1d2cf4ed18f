/**
 * The transitions of a held machine, pure. The agent's actor feeds what happened; the answer is the next state, or
 * undefined when the event changes nothing in this state. What the transition does is the actor's business.
 */
import type { HeldVmState } from './vm-state.ts'

export type VmHappening =
  | { readonly kind: 'startAsked' }
  | { readonly kind: 'startFailed' }
  | { readonly kind: 'cpusRan' } // RESUME, or query-status says running
  | { readonly kind: 'cpusPaused' } // STOP for any reason but a panic or a shutdown
  | { readonly kind: 'shutdownAsked' }
  | { readonly kind: 'shutdownGivenUp' } // the guest did not follow in time, or changed its mind
  | { readonly kind: 'guestPanicked' }
  | { readonly kind: 'wasReset' }
  /** Its memory begins to go to another host; `cpusRan` or `cpusPaused` end that, once it is known to stay. */
  | { readonly kind: 'moveAsked' }
  | { readonly kind: 'processEnded'; readonly wasExpected: boolean }

type Row = { readonly [K in VmHappening['kind']]?: HeldVmState }

/** How a process's end reads depends on whether it was asked for, so it stands apart from the table. */
const table: Readonly<Record<HeldVmState, Row>> = {
  stopped: { startAsked: 'starting' },
  starting: { startFailed: 'stopped', cpusRan: 'running', cpusPaused: 'paused', guestPanicked: 'crashed' },
  running: { cpusPaused: 'paused', shutdownAsked: 'stopping', guestPanicked: 'crashed', moveAsked: 'migrating' },
  paused: { cpusRan: 'running', guestPanicked: 'crashed', shutdownAsked: 'stopping', moveAsked: 'migrating' },
  stopping: { shutdownGivenUp: 'running', cpusPaused: 'paused', guestPanicked: 'crashed' },
  migrating: { cpusRan: 'running', cpusPaused: 'paused', guestPanicked: 'crashed', shutdownAsked: 'stopping' },
  crashed: { startAsked: 'starting', wasReset: 'running', cpusRan: 'running' },
}

export function nextVmState(state: HeldVmState, happening: VmHappening): HeldVmState | undefined {
  if (happening.kind === 'processEnded') return stateAfterEnd(state, happening.wasExpected)
  const next = table[state][happening.kind]
  return next === state ? undefined : next
}

function stateAfterEnd(state: HeldVmState, wasExpected: boolean): HeldVmState | undefined {
  if (state === 'stopped') return undefined
  // A machine that crashed keeps saying so after its process is gone, until somebody starts it again.
  if (state === 'crashed') return undefined
  return wasExpected || state === 'stopping' ? 'stopped' : 'crashed'
}
