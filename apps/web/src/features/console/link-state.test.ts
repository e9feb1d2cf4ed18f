import { consoleCloseCodes } from '@berth/core/console/serial-control'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFollowing, type Link, type LinkEvent, nextLink, retryDelayMs, startLink } from './link-state.ts'

const run = (link: Link, ...events: LinkEvent[]): Link => events.reduce(nextLink, link)
const opened = (session: number): LinkEvent => ({ kind: 'opened', session })
const closed = (session: number, code = 1006): LinkEvent => ({ kind: 'closed', session, code })
const seen = (machine: Link['machine']): LinkEvent => ({ kind: 'machineSeen', machine })

describe('the link of a screen', () => {
  it('waits for a machine that is off, and connects when it comes on', () => {
    const link = startLink('off', true)
    expect(link.state).toEqual({ kind: 'off' })
    expect(run(link, seen('on')).state).toMatchObject({ kind: 'connecting', session: 1, failures: 0 })
  })

  it('keeps the picture of a machine that goes off until the socket ends, then says so', () => {
    const going = run(startLink('on', true), opened(1), seen('off'))
    expect(going.state.kind).toBe('open')
    expect(run(going, closed(1, consoleCloseCodes.machineOff)).state).toEqual({ kind: 'off' })
  })

  it('believes an agent that said that it restarts, but not for ever', () => {
    const wait = (link: Link) => run(link, { kind: 'timeIsUp' }, closed(link.lastSession + 1))
    let link = run(startLink('on', true), opened(1), closed(1, consoleCloseCodes.agentStopping))
    const causes: unknown[] = []
    for (let tries = 0; tries < 6; tries++, link = wait(link)) causes.push('cause' in link.state && link.state.cause)
    expect(new Set(causes.slice(0, 5))).toEqual(new Set(['agentRestarts']))
    expect(causes[5]).toBe('hostSilent')
  })

  it('tries again when QEMU ended but the machine is said to be on: it is being started again', () => {
    const link = run(startLink('on', true), opened(1), closed(1, consoleCloseCodes.machineOff))
    expect(link.state).toMatchObject({ kind: 'waiting', cause: 'machineRestarts', delayMs: 250 })
    expect(run(link, { kind: 'timeIsUp' }).state).toMatchObject({ kind: 'connecting', session: 2, failures: 1 })
    expect(run(link, seen('off')).state).toEqual({ kind: 'off' })
  })

  it.each([
    [consoleCloseCodes.agentStopping, 'agentRestarts'],
    [consoleCloseCodes.cutTooSlow, 'tooSlow'],
    [1013, 'tooManyConsoles'],
    [1006, 'linkLost'],
  ])('reconnects after close code %d, saying %s', (code, cause) => {
    expect(run(startLink('on', true), opened(1), closed(1, code)).state).toMatchObject({ kind: 'waiting', cause })
  })

  it('connects at once when its host is heard again', () => {
    const waiting = run(startLink('unknown', true), closed(1))
    expect(waiting.state).toMatchObject({ kind: 'waiting', cause: 'hostSilent' })
    expect(run(waiting, seen('on')).state.kind).toBe('connecting')
  })
})

describe('the link of a serial console', () => {
  it('opens while the machine is off, for its history', () => {
    expect(startLink('off', false).state.kind).toBe('connecting')
  })

  it('stays open when the machine goes off, and reconnects when the link breaks', () => {
    const off = run(startLink('on', false), opened(1), seen('off'))
    expect(off.state.kind).toBe('open')
    expect(run(off, closed(1)).state).toMatchObject({ kind: 'waiting', cause: 'linkLost' })
  })
})

describe('the link of a machine that moves', () => {
  const onHost = (hostId: string): LinkEvent => ({ kind: 'hostSeen', hostId })
  const moving = (isMoving: boolean): LinkEvent => ({ kind: 'movingSeen', isMoving })
  const openOn = (needsMachine: boolean) => run(startLink('on', needsMachine), onHost('a'), opened(1), moving(true))

  it.each([true, false])('goes to the new host at once, also while the old one keeps its line open', (needsMachine) => {
    const moved = run(openOn(needsMachine), onHost('b'))
    expect(moved.state).toEqual({ kind: 'connecting', session: 2, failures: 0, cause: 'machineMoves' })
    expect(isFollowing(moved.state)).toBe(true)
    expect(run(moved, closed(1), onHost('b'))).toBe(moved)
  })

  it('stays where it is when the host is named for the first time, or again', () => {
    const link = openOn(true)
    expect(run(link, onHost('a'), { kind: 'hostSeen', hostId: null })).toBe(link)
  })

  it('tries fast while the old host is done and the new one not ready, and calls it no restart', () => {
    let link = run(openOn(true), closed(1, consoleCloseCodes.machineOff))
    for (let session = 2; session < 8; session++) {
      expect(link.state).toMatchObject({ kind: 'waiting', cause: 'machineMoves' })
      expect(link.state.kind === 'waiting' && link.state.delayMs).toBeLessThanOrEqual(400)
      link = run(link, { kind: 'timeIsUp' }, { kind: 'refused', session, code: 'VM_STATE_CONFLICT' })
    }
    expect(run(link, seen('off')).state.kind, 'between two owners it may look off').toBe('waiting')
    for (let session = 8; session < 16; session++)
      link = run(link, { kind: 'timeIsUp' }, { kind: 'refused', session, code: 'VM_STATE_CONFLICT' })
    expect(link.state, 'a move that hangs is not asked twice a second for ever').toMatchObject({ delayMs: 6000 })
    expect(isFollowing(link.state)).toBe(false)
  })

  it('is off when the move is over and the machine is', () => {
    const link = run(openOn(true), seen('off'), moving(false), closed(1, consoleCloseCodes.machineOff))
    expect(link.state).toEqual({ kind: 'off' })
  })

  it('still calls a lost panel a lost panel', () => {
    const link = run(openOn(true), closed(1, 1006))
    expect(link.state).toMatchObject({ kind: 'waiting', cause: 'linkLost' })
  })
})

describe('any link', () => {
  it('backs off while it fails, and forgets it only after it stayed open', () => {
    const cut = run(startLink('on', true), opened(1), closed(1), { kind: 'timeIsUp' }, opened(2), closed(2))
    expect(cut.state).toMatchObject({ kind: 'waiting', failures: 2, delayMs: retryDelayMs(1) })
    const settled = run(cut, { kind: 'asked' }, opened(3), { kind: 'settled', session: 3 }, closed(3))
    expect(settled.state).toMatchObject({ kind: 'waiting', failures: 1, delayMs: retryDelayMs(0) })
  })

  it('ignores what an older session reports', () => {
    const second = run(startLink('on', true), closed(1), { kind: 'timeIsUp' })
    expect(run(second, opened(1), closed(1), { kind: 'refused', session: 1, code: 'VM_NOT_FOUND' })).toBe(second)
  })

  it.each([
    ['VM_NOT_FOUND', 'deleted'],
    ['SESSION_REQUIRED', 'signedOut'],
    ['PERMISSION_DENIED', 'forbidden'],
  ] as const)('gives up on %s, and stays so', (code, cause) => {
    const gone = run(startLink('on', true), { kind: 'refused', session: 1, code })
    expect(gone.state).toEqual({ kind: 'gone', cause })
    expect(run(gone, { kind: 'asked' }, seen('off'), seen('on')).state).toEqual({ kind: 'gone', cause })
  })

  it('never ends but when the machine is gone: each state leads back to a try', () => {
    const session = fc.integer({ min: 1, max: 6 })
    const code = fc.constantFrom(1006, 1013, ...Object.values(consoleCloseCodes))
    const event: fc.Arbitrary<LinkEvent> = fc.oneof(
      session.map(opened),
      session.map((number): LinkEvent => ({ kind: 'settled', session: number })),
      fc.tuple(session, code).map(([number, closeCode]) => closed(number, closeCode)),
      fc.constantFrom<LinkEvent[]>({ kind: 'timeIsUp' }, { kind: 'asked' }, seen('on'), seen('off'), seen('unknown')),
      fc.boolean().map((isMoving): LinkEvent => ({ kind: 'movingSeen', isMoving })),
      fc.constantFrom('a', 'b').map((hostId): LinkEvent => ({ kind: 'hostSeen', hostId })),
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), fc.boolean(), (events, needsMachine) => {
        const link = run(run(startLink('on', needsMachine), ...events), seen('off'), seen('on'), { kind: 'timeIsUp' })
        expect(['connecting', 'open']).toContain(link.state.kind)
      }),
    )
  })
})
