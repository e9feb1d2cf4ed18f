import { expect, it } from 'vitest'
import {
  accountListInput,
  accountRefusals,
  accountState,
  openAccessWords,
  parseAccountListView,
  type ShownAccount,
} from './account-words.ts'

const account: ShownAccount = {
  ...{
    userId: 'u',
    name: 'Eve',
    email: 'eve@example.test',
    role: 'user' as const,
    createdAt: '2026-01-01T00:00:00.000Z',
  },
  ...{ disabledAt: null, mustChangePassword: false, lastSignInAt: null, isLastAdmin: false },
  ...{ sessionCount: 0, tokenCount: 0, vmCount: 0 },
}

it('names the state that matters most', () => {
  expect(accountState(account).label).toBe('Active')
  expect(accountState({ ...account, mustChangePassword: true }).label).toBe('Password given')
  const disabledAt = '2026-01-02T00:00:00.000Z'
  expect(accountState({ ...account, mustChangePassword: true, disabledAt }).label).toBe('Disabled')
})

it('says why the last administrator stays, and one’s own password is changed elsewhere', () => {
  expect(accountRefusals.disable(account)).toBeNull()
  expect(accountRefusals.disable({ ...account, isLastAdmin: true })).toMatch(/last administrator/)
  expect(accountRefusals.resetPassword(account, 'u')).toMatch(/profile/)
  expect(accountRefusals.resetPassword(account, 'other')).toBeNull()
  expect(accountRefusals.signOut(account)).toMatch(/no session/)
})

it('counts in words', () => {
  expect(openAccessWords(account)).toBe('')
  expect(openAccessWords({ ...account, sessionCount: 1, tokenCount: 2 })).toBe('1 session and 2 API tokens')
})

it('reads the list’s view from the address, and asks for no more than it says', () => {
  const view = parseAccountListView(new URLSearchParams('filter=eve&state=disabled'))
  expect(accountListInput(view)).toEqual({ limit: 100, filter: { text: 'eve', isDisabled: true } })
  expect(accountListInput(parseAccountListView(new URLSearchParams('state=odd')))).toEqual({ limit: 100, filter: {} })
})
