import { expect, it } from 'vitest'
import { silenceNote, silenceText } from './silence-words.ts'

it('says how long the network heard nothing, and how that is known', () => {
  const measured = { kind: 'measured', silentMs: 84, everyMs: 10 } as const
  expect(silenceText(measured)).toBe('On the network it was silent for at most 84 ms.')
  expect(silenceText({ ...measured, silentMs: 1_240 })).toMatch(/^On the network it was silent for at most 1\.2 s\.$/)
  expect(silenceNote(measured)).toBe('Its old host pinged it every 10 ms, before the switch and after.')
})

it('says why it is not known, and no number then', () => {
  const unheard = { kind: 'unheard', reason: 'It answered no ping before the switch.' } as const
  expect(silenceText(unheard)).toBe('How long it was silent on the network is not known.')
  expect(silenceNote(unheard)).toBe('It answered no ping before the switch.')
})
