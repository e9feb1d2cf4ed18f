import fc from 'fast-check'
import { expect, it } from 'vitest'
import { admitMoves, moveLimits, waitsFor, type MoveRoute, type WaitingMove } from './move-limits.ts'

const route = (sourceHostId: string, targetHostId: string): MoveRoute => ({ sourceHostId, targetHostId })
const moveOf = (operationId: string, from: string, to: string): WaitingMove => ({
  ...{ operationId, sourceHostId: from, sourceName: from, targetHostId: to, targetName: to },
})

it('says for what a move waits', () => {
  const move = moveOf('1', 'a', 'b')
  expect(waitsFor(move, [])).toBeNull()
  expect(waitsFor(move, [route('a', 'c'), route('a', 'd')])).toBe('Waits: 2 moves leave a, at most 2 may at once.')
  expect(waitsFor(move, [route('c', 'b'), route('d', 'b')])).toBe('Waits: 2 moves come to b, at most 2 may at once.')
  const elsewhere = ['c', 'd', 'e', 'f', 'g'].map((name) => route(name, `${name}2`))
  expect(waitsFor(move, elsewhere.slice(1))).toBeNull()
  expect(waitsFor(move, elsewhere)).toBe('Waits: 5 moves are under way, at most 5 may be at once.')
})

it('lets one that goes elsewhere pass those that wait for a host, and otherwise keeps their order', () => {
  const waiting = [moveOf('1', 'a', 'b'), moveOf('2', 'a', 'c'), moveOf('3', 'a', 'd'), moveOf('4', 'e', 'b')]
  const { begin, wait } = admitMoves(waiting, [])
  expect(begin).toEqual(['1', '2', '4'])
  expect(wait).toEqual([{ operationId: '3', text: 'Waits: 2 moves leave a, at most 2 may at once.' }])
})

const hostName = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
const routes = fc.array(
  fc.tuple(hostName, hostName).filter(([from, to]) => from !== to),
  { maxLength: 30 },
)

it('never lets more begin than the limits allow, and leaves none waiting that might begin', () => {
  fc.assert(
    fc.property(routes, (pairs) => {
      const waiting = pairs.map(([from, to], index) => moveOf(String(index), from, to))
      const { begin, wait } = admitMoves(waiting, [])
      const begun = waiting.filter(({ operationId }) => begin.includes(operationId))
      expect(begun.length).toBeLessThanOrEqual(moveLimits.fleet)
      for (const name of 'abcdef') {
        expect(begun.filter((move) => move.sourceHostId === name).length).toBeLessThanOrEqual(moveLimits.outOfHost)
        expect(begun.filter((move) => move.targetHostId === name).length).toBeLessThanOrEqual(moveLimits.intoHost)
      }
      for (const { operationId } of wait) {
        const move = waiting.find((each) => each.operationId === operationId)
        expect(move && waitsFor(move, begun)).not.toBeNull()
      }
      expect(begin.length + wait.length).toBe(waiting.length)
    }),
  )
})
