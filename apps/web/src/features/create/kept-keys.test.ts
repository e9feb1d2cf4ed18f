import { expect, it } from 'vitest'
import { emptyForm } from './create-form.ts'
import { keysToKeep } from './kept-keys.ts'

const saved = [{ name: 'me@laptop', publicKey: 'ssh-ed25519 AAA1 me@laptop' }]
const keep = (extraKeys: string, isKeepingKeys = true) => keysToKeep({ ...emptyForm, extraKeys, isKeepingKeys }, saved)

it('adds what is new, under free names', () => {
  expect(keep('ssh-ed25519 AAA1 again\nssh-ed25519 AAA2 me@laptop\nssh-rsa AAA3')).toEqual([
    ...saved,
    { name: 'me@laptop 2', publicKey: 'ssh-ed25519 AAA2 me@laptop' },
    { name: 'key', publicKey: 'ssh-rsa AAA3' },
  ])
})

it('writes nothing when nothing is new or nothing is wanted', () => {
  expect([keep(''), keep('ssh-ed25519 AAA1 x'), keep('ssh-ed25519 AAA9 x', false)]).toEqual([null, null, null])
})
