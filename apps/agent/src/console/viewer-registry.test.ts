import type { InputWish } from '@berth/core/console/console-viewer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ViewerLink, ViewerRegistry } from './viewer-registry.ts'

const linkOf = (name: string, kind: ViewerLink['kind'] = 'screen'): ViewerLink => ({
  seat: { seatId: name, userId: name, name },
  kind,
  changed: () => undefined,
})

function open() {
  let nowMs = 1_000
  const registry = new ViewerRegistry(() => nowMs)
  const inputs = () => Object.fromEntries(registry.list().map(({ name, input }) => [name, input]))
  return { registry, inputs, pass: (ms: number) => (nowMs += ms) }
}

describe('the viewers of a machine', () => {
  it('all type until one takes over; the others then watch, newcomers too, and type again when he lets go', () => {
    const { registry, inputs } = open()
    const [ada, bob, cleo] = [linkOf('ada'), linkOf('bob'), linkOf('cleo')]
    registry.join(ada)
    registry.join(bob)
    expect(inputs()).toEqual({ ada: 'shares', bob: 'shares' })
    registry.wish(bob, 'hold')
    registry.join(cleo)
    expect(inputs()).toEqual({ ada: 'heldBack', bob: 'holds', cleo: 'heldBack' })
    registry.wish(ada, 'hold')
    expect(inputs()).toEqual({ ada: 'holds', bob: 'heldBack', cleo: 'heldBack' })
    registry.wish(ada, 'share')
    expect(inputs()).toEqual({ ada: 'shares', bob: 'shares', cleo: 'shares' })
  })

  it('are held back by a holder of their own kind of console only', () => {
    const { registry, inputs } = open()
    registry.join(linkOf('serial', 'serial'))
    const screen = linkOf('screen')
    registry.join(screen)
    registry.wish(screen, 'hold')
    expect(inputs()).toEqual({ serial: 'shares', screen: 'holds' })
  })

  it('come back as they were after a lost link, with their first time', () => {
    const { registry, pass } = open()
    const [ada, bob] = [linkOf('ada'), linkOf('bob')]
    registry.join(ada)
    registry.join(bob)
    registry.wish(ada, 'hold')
    const before = registry.list()
    registry.leave(ada, false)
    expect(registry.list()).toMatchObject([{ name: 'bob', input: 'shares' }])
    pass(5_000)
    registry.join(linkOf('ada'))
    expect(registry.list()).toEqual(before)
  })

  it('do not take back what another took over meanwhile, nor what they left for good or a minute ago', () => {
    const whenBack = (isGoodbye: boolean, meanwhile: (opened: ReturnType<typeof open>, bob: ViewerLink) => void) => {
      const opened = open()
      const { registry, inputs } = opened
      const [ada, bob] = [linkOf('ada'), linkOf('bob')]
      registry.join(ada)
      registry.join(bob)
      registry.wish(ada, 'hold')
      registry.leave(ada, isGoodbye)
      meanwhile(opened, bob)
      registry.join(ada)
      return inputs()
    }
    expect(whenBack(false, ({ registry }, bob) => registry.wish(bob, 'hold'))).toEqual({
      ada: 'heldBack',
      bob: 'holds',
    })
    expect(whenBack(true, () => undefined)).toEqual({ ada: 'shares', bob: 'shares' })
    expect(whenBack(false, ({ pass }) => pass(61_000))).toEqual({ ada: 'shares', bob: 'shares' })
  })

  it('never have two who hold, and nobody types beside a holder, whatever they do', () => {
    const step = fc.record({ who: fc.integer({ min: 0, max: 3 }), what: fc.constantFrom(...acts) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { registry } = open()
        const links = ['a', 'b', 'c', 'd'].map((name) => linkOf(name))
        for (const { who, what } of steps) {
          const link = links[who] ?? linkOf('a')
          if (what === 'join') registry.join(link)
          else if (what === 'lost' || what === 'goodbye') registry.leave(link, what === 'goodbye')
          else registry.wish(link, what)
          const inputs = registry.list().map(({ input }) => input)
          const holders = inputs.filter((input) => input === 'holds').length
          expect(holders).toBeLessThan(2)
          expect(inputs.includes('shares') && holders > 0).toBe(false)
          expect(inputs.includes('heldBack') && holders === 0).toBe(false)
        }
      }),
    )
  })
})

const wishes: readonly InputWish[] = ['share', 'watch', 'hold']
const acts = ['join', 'lost', 'goodbye', ...wishes] as const
