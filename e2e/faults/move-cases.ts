/**
 * The fault matrix of the move: what fails × when. Each moment is one that a look from outside can tell and hold:
 *
 *   queued     two others leave the source, as many as may at once, and it waits for them
 *   preparing  the panel asks the target for a QEMU that waits
 *   copying    of a machine whose disk travels: some of it has come
 *   sending    the source's QEMU says "active"
 *   switching  the guest stands on the source, and QEMU has not said that all has arrived; nothing is held
 *   giving     the instant at which "given" stands in the source's record; nothing is held
 *   given      the same, with the target's agent asleep: it has not been heard yet
 *   taking     the instant at which the machine's record stands on the target; nothing is held
 *   taken      the machine runs on the target, with the source's agent asleep since that instant: it is not told yet
 */
export const moments = [
  ...(['queued', 'preparing', 'copying', 'sending', 'switching'] as const),
  ...(['giving', 'given', 'taking', 'taken'] as const),
]
export type Moment = (typeof moments)[number]

type Victim = 'source agent' | 'target agent' | 'panel' | 'database' | 'source QEMU' | 'target QEMU'
type Link =
  | 'between the hosts'
  | 'cable of the source'
  | 'cable of the target'
  // One way; the other hears all that comes.
  | 'way to the target'
  | 'way to the source'

export type Fault =
  /** `everything`: panel, database and both agents, at once. */
  | { readonly dies: Victim | 'everything' }
  /** Until it is healed, some seconds later. */
  | { readonly cut: Link }
  /** The target's end is gone without a word: the source goes on waiting at its own. */
  | { readonly halfOpen: 'connection of the agents' }
  /** Of the host's own data, until the move has ended, or for some seconds when it can only end after that. */
  | { readonly full: 'disk of the target' }
  /** As by a firewall, until the move has ended. */
  | { readonly blocked: 'port of the target' }
  | { readonly cancelled: 'move' }

export interface MoveCase {
  readonly moment: Moment
  readonly fault: Fault
  /** Its disk lies in its host's own pool, and travels. */
  readonly hasOwnDisk?: true
  /** Where the machine runs in the end; `crashed`: nowhere, because its only QEMU was killed, and it can be started. */
  readonly end: 'moved' | 'stays' | 'either' | 'crashed'
  /** What the operation ends with, as the user reads it: "failed: CODE: words". */
  readonly says?: RegExp
  /** One of those that run each time. */
  readonly isTelling?: true
}

const dies = (moment: Moment, victim: Victim | 'everything', end: MoveCase['end']): MoveCase => ({
  ...{ moment, end },
  fault: { dies: victim },
})
const cut = (moment: Moment, link: Link, end: MoveCase['end']): MoveCase => ({ moment, end, fault: { cut: link } })
const withDisk = (one: MoveCase): MoveCase => ({ ...one, hasOwnDisk: true })
const says = (words: RegExp, one: MoveCase): MoveCase => ({ ...one, says: words })
const telling = (one: MoveCase): MoveCase => ({ ...one, isTelling: true })

export const moveCases: readonly MoveCase[] = [
  says(/^succeeded/, dies('queued', 'panel', 'moved')),
  says(/^succeeded/, dies('queued', 'database', 'moved')),
  dies('queued', 'source agent', 'either'),
  dies('queued', 'target agent', 'either'),
  // Its disk is where both hosts see it: it goes as a machine that is off, and says there how it ended.
  says(/^succeeded/, dies('queued', 'source QEMU', 'crashed')),
  dies('queued', 'everything', 'either'),
  { moment: 'queued', fault: { cancelled: 'move' }, end: 'stays', says: /^cancelled/ },
  dies('preparing', 'source agent', 'either'),
  dies('preparing', 'target agent', 'either'),
  dies('preparing', 'panel', 'either'),
  dies('preparing', 'database', 'either'),
  cut('preparing', 'cable of the target', 'either'),
  {
    ...{ moment: 'preparing', fault: { full: 'disk of the target' }, end: 'stays' },
    says: /^failed: POOL_FULL: .*(no space|full)/i,
  },
  {
    ...{ moment: 'preparing', fault: { blocked: 'port of the target' }, end: 'stays' },
    says: /^failed: MOVE_FAILED: No connection to \S+ port \d+ .*firewall/,
  },
  telling(withDisk(dies('copying', 'source agent', 'either'))),
  withDisk(dies('copying', 'target agent', 'either')),
  withDisk(dies('copying', 'panel', 'either')),
  withDisk(dies('copying', 'database', 'either')),
  withDisk(dies('copying', 'source QEMU', 'crashed')),
  withDisk(dies('copying', 'target QEMU', 'stays')),
  withDisk(cut('copying', 'between the hosts', 'either')),
  withDisk(cut('copying', 'way to the target', 'either')),
  withDisk(dies('copying', 'everything', 'either')),
  {
    ...{ moment: 'copying', fault: { full: 'disk of the target' }, end: 'stays', hasOwnDisk: true },
    says: /^failed: \S+: .*(no space|full)/i,
  },
  withDisk(dies('given', 'source agent', 'moved')),
  withDisk(dies('given', 'target QEMU', 'stays')),
  withDisk(dies('given', 'everything', 'moved')),
  withDisk(dies('taking', 'target agent', 'moved')),
  withDisk(dies('taken', 'source QEMU', 'moved')),
  telling(dies('sending', 'source agent', 'stays')),
  dies('sending', 'target agent', 'either'),
  dies('sending', 'panel', 'either'),
  dies('sending', 'database', 'either'),
  dies('sending', 'source QEMU', 'crashed'),
  dies('sending', 'target QEMU', 'stays'),
  telling(cut('sending', 'between the hosts', 'either')),
  cut('sending', 'cable of the source', 'either'),
  cut('sending', 'cable of the target', 'either'),
  cut('sending', 'way to the target', 'either'),
  cut('sending', 'way to the source', 'either'),
  dies('sending', 'everything', 'stays'),
  cut('switching', 'between the hosts', 'either'),
  cut('switching', 'way to the source', 'either'),
  dies('switching', 'source agent', 'either'),
  dies('giving', 'source agent', 'moved'),
  dies('giving', 'panel', 'moved'),
  telling(dies('given', 'source agent', 'moved')),
  dies('given', 'target agent', 'moved'),
  dies('given', 'panel', 'moved'),
  dies('given', 'database', 'moved'),
  dies('given', 'source QEMU', 'moved'),
  telling(dies('given', 'target QEMU', 'stays')),
  cut('given', 'between the hosts', 'moved'),
  cut('given', 'cable of the source', 'moved'),
  cut('given', 'cable of the target', 'moved'),
  cut('given', 'way to the target', 'moved'),
  cut('given', 'way to the source', 'moved'),
  { moment: 'given', fault: { halfOpen: 'connection of the agents' }, end: 'moved' },
  { moment: 'given', fault: { full: 'disk of the target' }, end: 'moved' },
  dies('given', 'everything', 'moved'),
  telling(dies('taking', 'target agent', 'moved')),
  dies('taking', 'source agent', 'moved'),
  dies('taken', 'source agent', 'moved'),
  dies('taken', 'target agent', 'moved'),
  telling(dies('taken', 'panel', 'moved')),
  dies('taken', 'database', 'moved'),
  dies('taken', 'source QEMU', 'moved'),
  dies('taken', 'target QEMU', 'crashed'),
  dies('taken', 'everything', 'moved'),
  cut('taken', 'between the hosts', 'moved'),
  cut('taken', 'way to the source', 'moved'),
]

export const nameOf = (one: MoveCase): string =>
  `${faultOf(one)}${one.hasOwnDisk === true ? ', its disk travelling' : ''}`

function faultOf({ moment, fault }: MoveCase): string {
  if ('dies' in fault) return `${fault.dies} dies while ${moment}`
  if ('cut' in fault) return `${fault.cut} is cut while ${moment}`
  if ('halfOpen' in fault) return `${fault.halfOpen} is half open while ${moment}`
  if ('full' in fault) return `${fault.full} is full while ${moment}`
  if ('cancelled' in fault) return `${fault.cancelled} is cancelled while ${moment}`
  return `${fault.blocked} is blocked while ${moment}`
}
