/** How a move reads: where it is, whether it gets anywhere, and what a figure that is missing waits for. */
import type { MovePhase, MoveProgress } from '@berth/core/migration/move-progress'
import type { MoveView } from '@berth/core/migration/move-view'
import type { OperationView } from '@berth/core/operation/operation'
import type { VmView } from '@berth/core/vm/vm-view'
import { formatPercent, plural } from '../../lib/format.ts'

export const phaseTitles: Readonly<Record<MovePhase, string>> = {
  prepare: 'Prepare',
  disks: 'Disks',
  memory: 'Memory',
  'switch-over': 'Switch-over',
  'hand-over': 'Hand-over',
  'post-copy': 'Memory follows',
  'clean-up': 'Clean-up',
}

type Pace = Pick<MoveProgress, 'dirtyBytesPerSecond' | 'throughputBytesPerSecond' | 'throttlePercent'>

/** From this share of the throughput on, passes hardly get smaller. */
const closeShare = 0.8

/** Whether the guest writes faster than its memory is sent: what decides if a move ends. */
export function paceText({ dirtyBytesPerSecond, throughputBytesPerSecond, throttlePercent }: Pace): string {
  if (dirtyBytesPerSecond === null || throughputBytesPerSecond === 0) {
    return 'The first pass sends all of the memory. What the guest writes meanwhile is sent again in the next.'
  }
  const throttle =
    throttlePercent === 0 ? '' : ` QEMU slows its processors down by ${formatPercent(throttlePercent / 100)} meanwhile.`
  const share = dirtyBytesPerSecond / throughputBytesPerSecond
  if (share < closeShare) return `The guest writes slower than memory is sent, so passes get smaller.${throttle}`
  if (share < 1) return `The guest writes almost as fast as memory is sent: passes hardly get smaller.${throttle}`
  return `The guest writes faster than memory is sent: passes get no smaller by themselves.${throttle}`
}

/** What goes on now, in a sentence for the head of the deck. */
export function phaseText(
  phase: MovePhase,
  { source, target, progress, isOff }: Pick<MoveView, 'source' | 'target' | 'progress' | 'isOff'>,
): string {
  const pass = progress && passText(progress)
  switch (phase) {
    case 'prepare':
      return isOff
        ? `Room is made on ${target.name}. The machine is not touched.`
        : `A QEMU that waits is started on ${target.name}. The machine is not touched.`
    case 'disks':
      return `Its disks are copied to ${target.name}${isOff ? '' : ` while the machine runs on ${source.name}`}.`
    case 'memory':
      return `${pass ? `${pass}: memory` : 'Memory'} goes to ${target.name} while the machine runs on ${source.name}.`
    case 'switch-over':
      return `The machine stands still while the last of its memory goes to ${target.name}.`
    case 'hand-over':
      return `${target.name} takes the machine over.`
    case 'post-copy':
      return progress?.postCopy?.link === 'lost'
        ? `The machine is on ${target.name} and waits for memory that is still on ${source.name}: the link between the two is broken. It is made again.`
        : `The machine runs on ${target.name}. What is left of its memory follows from ${source.name}.`
    case 'clean-up':
      return `The machine is on ${target.name}. What is left on ${source.name} is cleared away.`
  }
}

/** "Pass 3, 40 %": of what is to be sent in it, as far as is known now. */
function passText({ passes, remainingBytes }: MoveProgress): string | null {
  const pass = passes.at(-1)
  if (pass === undefined) return null
  const expected = pass.bytes + remainingBytes
  return expected === 0
    ? `Pass ${pass.number}`
    : `Pass ${pass.number}, ${formatPercent(Math.floor((100 * pass.bytes) / expected) / 100)}`
}

/** What a cancel does: nothing that the guest could notice, while it can do anything. */
export function cancelMoveText(
  vmName: string,
  { source, target, isOff, progress }: Pick<MoveView, 'source' | 'target' | 'isOff' | 'progress'>,
): string {
  if (progress?.postCopy?.link === 'lost')
    return `${vmName} is on ${target.name} and stays there. What of its memory is still on ${source.name} is given up: it has to be stopped and started anew.`
  if (progress !== null && givenPhases.has(progress.phase))
    return `${vmName} belongs to ${target.name} by now and stays there: the move goes on to its end.`
  return `${vmName} stays on ${source.name}${isOff ? '' : ' and goes on there without a break'}. What ${target.name} has received is thrown away.`
}

/** Where the machine is and how, as it was last seen: after a move that did not end well this is what counts. */
export function whereText({
  name,
  host,
  state,
  lastKnownState,
}: Pick<VmView, 'name' | 'host' | 'state' | 'lastKnownState'>) {
  const place = host === null ? '' : ` on ${host.name}`
  switch (state) {
    case 'running':
      return `${name} runs${place}.`
    case 'unknown':
      return `${host?.name ?? 'Its host'} does not answer. ${name} was ${lastKnownState} there when last heard.`
    case 'migrating':
      return `${name} is still being moved; it is${place === '' ? ' between two hosts' : place}.`
    default:
      return `${name} is ${state}${place}.`
  }
}

/** Once the source has given it away, there is only forward. */
const givenPhases: ReadonlySet<MovePhase> = new Set(['hand-over', 'post-copy', 'clean-up'])

type EndOf = Pick<OperationView, 'status'> & Partial<Pick<OperationView, 'error'>>

/** The heading of the deck. */
export function deckTitle(
  vmName: string,
  { source, target }: Pick<MoveView, 'source' | 'target'>,
  { status, error }: EndOf,
): string {
  switch (status) {
    case 'queued':
      return `${vmName} waits to move to ${target.name}`
    case 'running':
      return `Moving ${vmName} to ${target.name}`
    case 'cancelling':
      return `Cancelling: ${vmName} stays on ${source.name}`
    case 'succeeded':
      return `${vmName} moved to ${target.name}`
    case 'failed':
      return `${vmName} could not be moved to ${target.name}`
    case 'cancelled':
      return `${vmName} was not moved`
    case 'interrupted':
      if (error?.cause?.code === 'MOVE_MEMORY_LOST') return `${vmName} lost memory on its way to ${target.name}`
      return `Nobody saw how the move to ${target.name} ended`
  }
}

/** "5 passes, from 512 MiB down to 1.2 MiB" is for the chart; this counts what does not fit in it. */
export const earlierPassesText = (hidden: number): string =>
  `${plural(hidden, 'earlier pass', 'earlier passes')} in the table`
