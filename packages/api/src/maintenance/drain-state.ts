/**
 * The next thing to do for a host that is being emptied: pure. What a machine's task came to becomes the machine's state, and of
 * those that wait the next ones begin, as many as may leave a host at once. A machine that fails goes back into the line, without
 * the host on which it failed; none is tried for ever, and none holds up the others.
 */
import type { DrainChoice, DrainItemState, MovePlan, PlannedMachine } from '@berth/core/maintenance/drain'
import type { OperationStatus } from '@berth/core/operation/operation'
import { moveLimits } from '../migration/move-limits.ts'

export interface DrainChild {
  readonly status: OperationStatus
  /** Why it failed, as a sentence. */
  readonly message: string | null
}

export interface DrainItem {
  readonly vmId: string
  readonly name: string
  readonly choice: DrainChoice
  readonly state: DrainItemState
  readonly target: { readonly hostId: string; readonly name: string } | null
  readonly childId: string | null
  readonly tries: number
  readonly triedHostIds: readonly string[]
  readonly reason: string | null
  /** For how long it has been in this state, by the database's clock. */
  readonly ageMs: number
}

export interface DrainState {
  readonly hostId: string
  readonly hostName: string
  readonly isPaused: boolean
  readonly items: readonly DrainItem[]
}

/** A machine that a task of somebody else keeps busy is waited for so long. */
const busyPatienceMs = 10 * 60_000
const maxMoves = 3
/** Guests that shut down take little of a host. */
const shutdownsAtOnce = 4

export const isUnderWay = ({ state }: DrainItem): boolean => state === 'moving' || state === 'stopping'
export const isOpen = (item: DrainItem): boolean => item.state === 'waiting' || isUnderWay(item)

/** What its task came to; the same where it has not ended. */
export function settle(item: DrainItem, { status, message }: DrainChild): DrainItem {
  const why = message ?? 'Its task failed.'
  switch (status) {
    case 'queued':
    case 'running':
    case 'cancelling':
      return item
    case 'succeeded':
      return { ...item, state: item.state === 'moving' ? 'moved' : 'shutDown', reason: null }
    case 'cancelled':
      return left(item, 'Its task was cancelled.')
    case 'interrupted':
      // Nobody knows what became of it: trying again could do harm.
      return left(item, `It is not known how its task ended: ${why}`)
    case 'failed':
      return item.state === 'moving' ? afterFailure(item, why) : left(item, why)
  }
}

function afterFailure(item: DrainItem, why: string): DrainItem {
  if (item.tries >= maxMoves) return left(item, `${item.tries} moves failed; the last one: ${why}`)
  const tried = item.target === null ? [] : [item.target.hostId]
  return { ...item, state: 'waiting', target: null, triedHostIds: [...item.triedHostIds, ...tried], reason: why }
}

export const left = (item: DrainItem, reason: string): DrainItem => ({ ...item, state: 'left', target: null, reason })

/** Its task could not even be asked for. `isPassing`: it may be, later. */
export function refused(item: DrainItem, { message, isPassing }: { message: string; isPassing: boolean }): DrainItem {
  const waiting = { ...item, state: 'waiting', target: null, childId: null, reason: message } as const
  if (isPassing) return { ...waiting, tries: item.tries - 1 }
  return item.choice === 'shutdown' ? left(item, message) : afterFailure({ ...item, childId: null }, message)
}

/** Those that change: which begin, which are given up. `plan` is of those that wait to be moved, as the hosts are now. */
export function nextOf({ items: all, isPaused }: DrainState, plan: MovePlan): DrainItem[] {
  const tired = all.filter(isTired).map((item) => left(item, item.reason ?? ''))
  const items = all.filter((item) => !isTired(item))
  const skipped = items.flatMap((item) =>
    item.state === 'waiting' && item.choice === 'skip' ? [left(item, 'Left out, as was chosen.')] : [],
  )
  if (isPaused) return [...tired, ...skipped]
  const stops = toBegin(items, 'shutdown')
    .slice(0, Math.max(0, shutdownsAtOnce - items.filter(({ state }) => state === 'stopping').length))
    .map((item) => begun(item, 'stopping', null))
  return [...tired, ...skipped, ...stops, ...movesOf(items, plan)]
}

const toBegin = (items: readonly DrainItem[], choice: DrainChoice): DrainItem[] =>
  items.filter((item) => item.state === 'waiting' && item.choice === choice)

function movesOf(items: readonly DrainItem[], plan: MovePlan): DrainItem[] {
  const planned = new Map<string, PlannedMachine>(plan.machines.map((machine) => [machine.vmId, machine]))
  const free = moveLimits.outOfHost - items.filter(({ state }) => state === 'moving').length
  const waiting = toBegin(items, 'move')
  // One that was refused a moment ago lets the others go first.
  const ready = waiting.filter(({ vmId, reason }) => planned.get(vmId)?.kind === 'moves' && reason === null)
  const again = waiting.filter(({ vmId, reason }) => planned.get(vmId)?.kind === 'moves' && reason !== null)
  const chosen = [...byOrder(ready, planned), ...again].slice(0, Math.max(0, free))
  const isQuiet = chosen.length === 0 && !items.some(isUnderWay)
  const stuck = waiting.flatMap((item) => {
    const machine = planned.get(item.vmId)
    // Those under way may fail and free what they have been promised.
    if (machine?.kind === 'moves' || !isQuiet) return []
    return [left(item, stuckText(item, machine?.reason ?? 'Nothing is known of it.'))]
  })
  const moves = chosen.flatMap((item) => {
    const machine = planned.get(item.vmId)
    if (machine?.kind !== 'moves') return []
    return [begun(item, 'moving', machine.target)]
  })
  return [...moves, ...stuck]
}

/** Nothing could be begun for so long: another task has it. */
const isTired = ({ state, childId, ageMs, reason, triedHostIds }: DrainItem): boolean =>
  state === 'waiting' && childId === null && reason !== null && triedHostIds.length === 0 && ageMs > busyPatienceMs

const stuckText = ({ reason, triedHostIds }: DrainItem, why: string): string =>
  triedHostIds.length > 0 && reason !== null ? `${reason} ${why}` : why

function byOrder(items: readonly DrainItem[], planned: ReadonlyMap<string, PlannedMachine>): DrainItem[] {
  const orderOf = ({ vmId }: DrainItem): number => {
    const machine = planned.get(vmId)
    return machine?.kind === 'moves' ? machine.order : 0
  }
  return items.toSorted((a, b) => orderOf(a) - orderOf(b))
}

/** Kept before its task is asked for, so that a takeover asks for the same one. */
const begun = (item: DrainItem, state: 'moving' | 'stopping', target: DrainItem['target']): DrainItem => ({
  ...item,
  state,
  target,
  childId: null,
  tries: item.tries + 1,
})

/** Those of the machines that were to go and have not, as a sentence; null where none is. */
export function leftText({ items, hostName }: DrainState): string | null {
  const stayed = items.filter(({ state, choice }) => state === 'left' && choice !== 'skip')
  if (stayed.length === 0) return null
  const named = stayed.slice(0, 3).map(({ name, reason }) => `${name}: ${reason ?? ''}`)
  const more = stayed.length > 3 ? ` And ${stayed.length - 3} more.` : ''
  return `${stayed.length} of ${items.length} machines are still on ${hostName}. ${named.join(' ')}${more}`
}

export function progressText({ items, isPaused }: DrainState): string {
  const count = (...states: readonly DrainItemState[]): number =>
    items.filter(({ state }) => states.includes(state)).length
  const parts = [
    `${count('moved')} of ${items.length} moved`,
    ...(count('shutDown') > 0 ? [`${count('shutDown')} shut down`] : []),
    ...(count('left') > 0 ? [`${count('left')} left`] : []),
    ...(isPaused ? ['paused'] : []),
  ]
  return parts.join(', ')
}
