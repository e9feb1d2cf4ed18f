import type { ConsoleViewer, ViewerInput } from '@berth/core/console/console-viewer'
import { describe, expect, it } from 'vitest'
import { nameOfViewer, seeViewers, wishAfterReturn } from './console-viewers.ts'

const viewer = (name: string, input: ViewerInput, kind: ConsoleViewer['kind'] = 'serial'): ConsoleViewer => ({
  ...{ seatId: name, userId: name, name, kind, input },
  since: '2026-11-22T12:00:00.000Z',
})
const see = (...viewers: ConsoleViewer[]) => seeViewers({ type: 'viewers', seatId: 'me', viewers }, 'serial')

describe('the viewers of a machine, as one sees them', () => {
  it('are the others of both kinds, with who holds one’s own kind', () => {
    const seen = see(viewer('ada', 'holds', 'screen'), viewer('me', 'heldBack'), viewer('bob', 'holds'))
    expect(seen?.others.map(({ name }) => name)).toEqual(['ada', 'bob'])
    expect(seen?.holder?.name).toBe('bob')
    expect(see(viewer('ada', 'holds', 'screen'), viewer('me', 'shares'))?.holder).toBeNull()
    expect(see(viewer('ada', 'shares'))).toBeNull()
  })

  it('have one who answers the guest: the eldest of those who may type', () => {
    expect(see(viewer('ada', 'shares'), viewer('me', 'shares'))?.mayAnswer).toBe(false)
    expect(see(viewer('ada', 'watches'), viewer('me', 'shares'))?.mayAnswer).toBe(true)
    expect(see(viewer('ada', 'shares', 'screen'), viewer('me', 'shares'))?.mayAnswer).toBe(true)
    expect(see(viewer('ada', 'heldBack'), viewer('me', 'holds'))?.mayAnswer).toBe(true)
  })

  it('are named by their own windows where they are oneself', () => {
    const mine = viewer('me', 'shares')
    expect(nameOfViewer(mine, mine)).toBe('You')
    expect(nameOfViewer({ ...mine, kind: 'screen' }, mine)).toBe('You, in another window')
    expect(nameOfViewer({ ...mine, seatId: 'other', name: 'me (token ci)' }, mine)).toBe('me (token ci)')
    expect(nameOfViewer(viewer('ada', 'shares'), mine)).toBe('ada')
  })
})

it('asks an agent that forgot for what was, and never for what somebody else has got meanwhile', () => {
  expect(wishAfterReturn('holds', 'shares')).toBe('hold')
  expect(wishAfterReturn('watches', 'shares')).toBe('watch')
  expect(wishAfterReturn('holds', 'heldBack')).toBeNull()
  expect(wishAfterReturn('holds', 'holds')).toBeNull()
  expect(wishAfterReturn('shares', 'shares')).toBeNull()
})
