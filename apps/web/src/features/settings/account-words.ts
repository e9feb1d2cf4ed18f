/** Users in words: what state an account is in, and why something cannot be done to it. Pure. */
import type { StateKind } from '@berth/ui/state-dot'

export interface ShownAccount {
  userId: string
  name: string
  email: string
  role: 'admin' | 'user'
  disabledAt: string | null
  mustChangePassword: boolean
  createdAt: string
  lastSignInAt: string | null
  sessionCount: number
  tokenCount: number
  vmCount: number
  isLastAdmin: boolean
}

export const roleWords = { admin: 'Administrator', user: 'User' } as const

export const roleHints = {
  admin: 'Sees and changes everything: hosts, images, users and everybody’s machines',
  user: 'Makes machines, and sees none but these',
} as const

export function accountState(account: ShownAccount): { kind: StateKind; label: string; hint: string } {
  if (account.disabledAt !== null) return { kind: 'off', label: 'Disabled', hint: 'Cannot sign in' }
  if (account.mustChangePassword) {
    return { kind: 'warn', label: 'Password given', hint: 'Must choose one at the next sign-in' }
  }
  return { kind: 'on', label: 'Active', hint: 'May sign in' }
}

const lastAdmin = 'The last administrator who can sign in'

/** Why not, or null where it can be done. The panel decides the same for itself. */
export const accountRefusals = {
  disable: (account: ShownAccount) => (account.isLastAdmin ? lastAdmin : null),
  becomeUser: (account: ShownAccount) => (account.isLastAdmin ? lastAdmin : null),
  resetPassword: (account: ShownAccount, viewerId: string) =>
    account.userId === viewerId ? 'Change your own in your profile' : null,
  signOut: (account: ShownAccount) =>
    account.sessionCount + account.tokenCount === 0 ? 'Has no session and no API token' : null,
}

/** "3 sessions and 1 API token"; empty for none. */
export function openAccessWords({ sessionCount, tokenCount }: ShownAccount): string {
  return [counted(sessionCount, 'session'), counted(tokenCount, 'API token')]
    .filter((part) => part !== '')
    .join(' and ')
}

export const counted = (count: number, word: string): string =>
  count === 0 ? '' : `${count} ${word}${count === 1 ? '' : 's'}`

export const accountStates = ['all', 'active', 'disabled'] as const
export type AccountStates = (typeof accountStates)[number]

export interface AccountListView {
  text: string
  state: AccountStates
}

export function parseAccountListView(search: { get(name: string): string | null }): AccountListView {
  return {
    text: (search.get('filter') ?? '').slice(0, 100),
    state: accountStates.find((value) => value === search.get('state')) ?? 'all',
  }
}

/** The input of `user.list`. */
export function accountListInput({ text, state }: AccountListView) {
  return {
    limit: 100,
    filter: { ...(text === '' ? {} : { text }), ...(state === 'all' ? {} : { isDisabled: state === 'disabled' }) },
  }
}

/** Enough to catch a slip before it is sent; the panel has the last word. */
export const looksLikeEmail = (text: string): boolean => /^\S+@\S+\.\S+$/.test(text.trim())
