import { expect, it } from 'vitest'
import { draftReason, emptyHostDraft, invitationOf } from './host-draft.ts'

it('asks for a name that a host can have, and for the rest only where something was typed', () => {
  expect(draftReason(emptyHostDraft)).toBe('Give it a name first')
  expect(draftReason({ ...emptyHostDraft, name: 'Host B' })).toContain('lower-case')
  expect(draftReason({ ...emptyHostDraft, name: 'host-b', port: 'x' })).toBe('A port is a number')
  const draft = { ...emptyHostDraft, name: ' host-b ' }
  expect(draftReason(draft)).toBeNull()
  expect(invitationOf(draft)).toEqual({ name: 'host-b' })
  expect(invitationOf({ name: 'b', address: ' 192.0.2.7', port: '7500', folder: '/srv/a' })).toEqual({
    name: 'b',
    address: '192.0.2.7',
    port: 7_500,
    folder: '/srv/a',
  })
})
