/** Who is at a machine's consoles, as one of them sees it. Pure; use-console-viewers.ts keeps it. */
import { type ConsoleViewer, type InputWish, mayType, type ViewerInput } from '@berth/core/console/console-viewer'
import type { ConsoleControl } from '@berth/core/console/serial-control'

export type ViewerList = Extract<ConsoleControl, { type: 'viewers' }>

export interface ViewersSeen {
  readonly mine: ConsoleViewer
  /** Of both kinds of console, the eldest first. */
  readonly others: readonly ConsoleViewer[]
  /** Somebody else who took over this kind of console. */
  readonly holder: ConsoleViewer | null
  /** Whether this console answers what the guest asks its terminal; of several only one may, or it hears two answers. */
  readonly mayAnswer: boolean
}

/** Null for a list without oneself: the agent is about to close. */
export function seeViewers({ seatId, viewers }: ViewerList, kind: ConsoleViewer['kind']): ViewersSeen | null {
  const isMine = (viewer: ConsoleViewer) => viewer.seatId === seatId && viewer.kind === kind
  const mine = viewers.find(isMine)
  if (!mine) return null
  const others = viewers.filter((viewer) => !isMine(viewer))
  const typing = viewers.find((viewer) => viewer.kind === kind && mayType(viewer.input))
  return {
    mine,
    others,
    holder: others.find((viewer) => viewer.kind === kind && viewer.input === 'holds') ?? null,
    mayAnswer: typing === mine,
  }
}

/** An agent that restarted has forgotten who held and who only watched: what a console asks for when it comes back. */
export function wishAfterReturn(before: ViewerInput, now: ViewerInput): InputWish | null {
  if (now !== 'shares') return null
  if (before === 'holds') return 'hold'
  return before === 'watches' ? 'watch' : null
}

/** Oneself in another window; a token of one's own is a program, and has a name of its own. */
export const isSamePerson = (viewer: ConsoleViewer, mine: ConsoleViewer): boolean =>
  viewer.userId !== '' && viewer.userId === mine.userId && viewer.name === mine.name

export function nameOfViewer(viewer: ConsoleViewer, mine: ConsoleViewer): string {
  if (viewer.seatId === mine.seatId && viewer.kind === mine.kind) return 'You'
  return isSamePerson(viewer, mine) ? 'You, in another window' : viewer.name
}

export const inputText: Readonly<Record<ViewerInput, string>> = {
  shares: 'may type',
  watches: 'only watches',
  holds: 'has taken over',
  heldBack: 'watches',
}
