/** How a plan and what became of it read. Pure. */
import type { DrainChoice, DrainItemState, DrainView, MovePlan, PlannedMachine } from '@berth/core/maintenance/drain'
import { formatDuration, plural } from '../../lib/format.ts'

export type Choices = Readonly<Record<string, DrainChoice>>

/** What becomes of a machine where nobody has said otherwise: it moves if it can, and is left if not. */
export const choiceOf = (machine: PlannedMachine, choices: Choices): DrainChoice =>
  choices[machine.vmId] ?? (machine.kind === 'moves' ? 'move' : 'skip')

export const choiceWords: Readonly<Record<DrainChoice, string>> = {
  move: 'Move',
  shutdown: 'Shut down, start again after',
  skip: 'Leave on this host',
}

export const choicesFor = (machine: PlannedMachine): DrainChoice[] => [
  ...(machine.kind === 'moves' ? (['move'] as const) : []),
  ...(machine.isOn ? (['shutdown'] as const) : []),
  'skip',
]

/** "3 machines move, 1 is shut down, 1 stays." */
export function planText({ machines }: Pick<MovePlan, 'machines'>, choices: Choices): string {
  const count = (choice: DrainChoice): number => machines.filter((each) => choiceOf(each, choices) === choice).length
  const [moves, stops, stays] = [count('move'), count('shutdown'), count('skip')]
  const parts = [
    ...(moves > 0 ? [`${plural(moves, 'machine')} ${moves === 1 ? 'moves' : 'move'}`] : []),
    ...(stops > 0 ? [`${stops} ${stops === 1 ? 'is' : 'are'} shut down`] : []),
    ...(stays > 0 ? [`${stays} ${stays === 1 ? 'stays' : 'stay'}`] : []),
  ]
  return parts.length === 0 ? 'No machine is on this host.' : `${parts.join(', ')}.`
}

export const durationText = (durationMs: number | null): string =>
  durationMs === null ? 'not known: none of these was moved or measured lately' : `about ${formatDuration(durationMs)}`

export const stateWords: Readonly<Record<DrainItemState, string>> = {
  waiting: 'Waits',
  moving: 'Moves',
  moved: 'Moved',
  stopping: 'Shuts down',
  shutDown: 'Shut down',
  restarted: 'Started again',
  left: 'Still here',
}

export const isRunning = ({ status }: Pick<DrainView, 'status'>): boolean =>
  status === 'queued' || status === 'running' || status === 'cancelling'

const isDone = (state: DrainItemState): boolean => state !== 'waiting' && state !== 'moving' && state !== 'stopping'

/** What is to be told of machines that do not start again with the end of a maintenance; null: all do. */
export function refusedText(
  refused: readonly { readonly name: string; readonly why: string }[],
): { readonly title: string; readonly text: string } | null {
  if (refused.length === 0) return null
  const title = `${plural(refused.length, 'machine')} ${refused.length === 1 ? 'does' : 'do'} not start again`
  return { title, text: refused.map(({ name, why }) => `${name}: ${why}`).join(' ') }
}

/** 0 to 1. */
export const doneShare = ({ items }: Pick<DrainView, 'items'>): number =>
  items.length === 0 ? 1 : items.filter(({ state }) => isDone(state)).length / items.length

/** "2 moved, 1 shut down, 1 still here." */
export function sumText({ items }: Pick<DrainView, 'items'>): string {
  const of = (states: readonly DrainItemState[]): number => items.filter(({ state }) => states.includes(state)).length
  const counts: readonly [number, string][] = [
    [of(['moved']), 'moved'],
    [of(['shutDown']), 'shut down'],
    [of(['restarted']), 'started again'],
    [of(['left']), 'still here'],
    [of(['moving', 'stopping']), 'under way'],
    [of(['waiting']), 'to go'],
  ]
  const parts = counts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`)
  return parts.length === 0 ? 'There was no machine to move.' : `${parts.join(', ')}.`
}
