/** What a reader is told of a console's connection. */
import type { StateKind } from '@berth/ui/state-dot'
import type { GoneCause, LinkState, WaitCause } from './link-state.ts'

export interface LinkText {
  dot: StateKind
  word: string
  /** Shown over the picture; null while there is nothing to say. */
  title: string | null
  help: string
}

const waits: Readonly<Record<WaitCause, Omit<LinkText, 'dot' | 'word'>>> = {
  linkLost: { title: 'The connection was lost', help: 'It comes back by itself. The machine is not affected.' },
  agentRestarts: { title: 'The host’s agent restarts', help: 'The machine runs on; the console is back in a moment.' },
  tooSlow: {
    title: 'This connection was too slow',
    help: 'The host cut it to keep its memory; it is being opened again.',
  },
  machineRestarts: { title: 'The machine restarts', help: 'The console follows it and comes back by itself.' },
  machineMoves: { title: 'The machine changes hosts', help: 'The console follows it and comes back by itself.' },
  panelSilent: { title: 'The panel does not answer', help: 'The machine is not affected. Trying again.' },
  hostSilent: { title: 'The host does not answer', help: 'The machine may still run. Trying again.' },
  tooManyConsoles: { title: 'Too many consoles are open', help: 'Close one that is not needed; this one is waiting.' },
}

const ends: Readonly<Record<GoneCause, Omit<LinkText, 'dot' | 'word'>>> = {
  deleted: { title: 'The machine was deleted', help: 'There is nothing left to connect to.' },
  signedOut: { title: 'You are signed out', help: 'Sign in again to go on; the machine is not affected.' },
  forbidden: { title: 'You may not open this console', help: 'Ask an administrator for the right to it.' },
}

export function linkText(state: LinkState): LinkText {
  switch (state.kind) {
    case 'connecting':
      return state.cause === null
        ? { dot: 'busy', word: 'Connecting', title: 'Connecting', help: '' }
        : { dot: 'busy', word: 'Reconnecting', ...waits[state.cause] }
    case 'open':
      return { dot: 'on', word: 'Connected', title: null, help: '' }
    case 'waiting':
      return { dot: 'busy', word: 'Reconnecting', ...waits[state.cause] }
    case 'off':
      return { dot: 'off', word: 'Off', title: 'The machine is off', help: 'The screen is back as soon as it starts.' }
    case 'gone':
      return { dot: 'failed', word: 'Closed', ...ends[state.cause] }
  }
}
