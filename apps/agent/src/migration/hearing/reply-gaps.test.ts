import { describe, expect, it } from 'vitest'
import { replyTimeOf, silenceAround } from './reply-gaps.ts'

const line = '[1763935201.123456] 64 bytes from fe80::5054:ff:fe12:3456%lan0: icmp_seq=7 ttl=64 time=0.812 ms'

describe('a line of ping', () => {
  it('is an answer with its time', () => {
    expect(replyTimeOf(line)).toBeCloseTo(1_763_935_201_123.456, 2)
    expect(replyTimeOf(line.replace('fe80::5054:ff:fe12:3456%lan0', '10.1.0.5'))).toBeCloseTo(1_763_935_201_123.456, 2)
  })

  it.each([
    'PING fe80::5054:ff:fe12:3456%lan0(fe80::5054:ff:fe12:3456%lan0) 56 data bytes',
    '[1763935201.123456] From fe80::1%lan0 icmp_seq=3 Destination unreachable: Address unreachable',
    line.replace('[1763935201.123456] ', ''),
    '700 packets transmitted, 690 received, 1.4% packet loss, time 7012ms',
    '',
  ])('is none: %s', (other) => {
    expect(replyTimeOf(other)).toBeUndefined()
  })
})

/** Each 10 ms from `from` until before `to`. */
const answers = (from: number, to: number): number[] =>
  Array.from({ length: Math.ceil((to - from) / 10) }, (_, index) => from + index * 10)

const times = { stoppedAtMs: 1_000, takenAtMs: 1_060, endedAtMs: 2_080 }
const around = (repliesMs: readonly number[], change: Partial<typeof times> = {}) =>
  silenceAround({ repliesMs, times: { ...times, ...change }, everyMs: 10 })

describe('the silence', () => {
  it('is the longest time between two answers, in whole ms', () => {
    expect(around([...answers(0, 1_000), ...answers(1_074.4, 2_080)])).toEqual({
      kind: 'measured',
      silentMs: 84,
      everyMs: 10,
    })
  })

  it('is not one of before the switch, when a busy guest was slow to answer', () => {
    const replies = [...answers(0, 300), ...answers(800, 1_000), ...answers(1_050, 2_080)]
    expect(around(replies)).toMatchObject({ silentMs: 60 })
  })

  it('counts one that comes after the first answers from the other host', () => {
    const replies = [...answers(0, 1_000), 1_055, ...answers(1_300, 2_080)]
    expect(around(replies)).toMatchObject({ silentMs: 245 })
  })

  it('takes a STOP that was seen late for what it is', () => {
    const replies = [...answers(0, 950), ...answers(1_050, 2_080)]
    expect(around(replies, { stoppedAtMs: 1_040 })).toMatchObject({ silentMs: 110 })
  })

  it('is unknown of a guest that was never heard, or not before, or not after', () => {
    const before = { kind: 'unheard', reason: 'It answered no ping before the switch.' }
    expect(around([])).toEqual(before)
    expect(around(answers(1_070, 2_080))).toEqual(before)
    const after = 'It answered no ping within 5 s after the other host had taken it.'
    expect(around(answers(0, 1_000), { endedAtMs: 6_060 })).toEqual({ kind: 'unheard', reason: after })
    // Answers of the source, on their way while it stood already.
    expect(around([...answers(0, 1_000), 1_003], { endedAtMs: 6_060 })).toEqual({ kind: 'unheard', reason: after })
  })

  it('is unknown of a guest that came back and went again', () => {
    const replies = [...answers(0, 1_000), ...answers(1_070, 1_200)]
    expect(around(replies, { endedAtMs: 6_060 })).toMatchObject({
      kind: 'unheard',
      reason: expect.stringContaining('and no more 5 s'),
    })
  })
})
