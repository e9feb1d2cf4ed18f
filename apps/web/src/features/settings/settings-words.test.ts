import { describe, expect, it } from 'vitest'
import { AuthRefusal, authRefusalText } from '../../lib/auth/auth-calls.ts'
import { deviceName } from './device-name.ts'
import { passwordProblems } from '../../lib/auth/password-rules.ts'
import { readSshKey } from './ssh-public-key.ts'

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL2SyjxRBe4gxC/75gpYf5AbmyME6YpTujpdJ8rC4UkY anna@laptop'

describe('readSshKey', () => {
  it('reads a key with its comment', () => {
    expect(readSshKey(` ${key}\n`)).toEqual({ isValid: true, publicKey: key, comment: 'anna@laptop', type: 'ed25519' })
  })

  it.each([
    ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz', /private key/],
    ['two keys', `${key}\n${key}`, /more than one/],
    ['a cut key', key.slice(0, 30), /damaged/],
    ['another type than it says', key.replace('ssh-ed25519', 'ssh-rsa'), /damaged/],
    ['a sentence', 'hello there', /OpenSSH public key/],
    ['nothing', ' ', /Paste/],
  ])('refuses %s with its reason', (_name, text, reason) => {
    expect(readSshKey(text)).toMatchObject({ isValid: false, reason: expect.stringMatching(reason) })
  })
})

it.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0', 'Firefox on Linux'],
  ['Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0', 'Edge on Windows'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1',
    'Safari on iPhone',
  ],
  ['Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36', 'Chrome on Android'],
  ['curl/8.5.0', 'curl'],
  [null, 'Unknown device'],
])('names the device of %s', (agent, name) => {
  expect(deviceName(agent).text).toBe(name)
})

it('refuses a password with the field that is wrong', () => {
  expect(passwordProblems({ current: '', next: 'short', again: '' })).toEqual({
    current: expect.any(String),
    next: expect.stringContaining('10'),
    again: expect.any(String),
  })
  expect(passwordProblems({ current: 'a'.repeat(10), next: 'a'.repeat(10), again: 'a'.repeat(10) }).next).toMatch(
    /current/,
  )
  expect(passwordProblems({ current: 'old', next: 'long enough', again: 'long enough' })).toEqual({})
})

it('puts better-auth’s refusals where they belong', () => {
  expect(authRefusalText(new AuthRefusal('INVALID_PASSWORD', 400)).field).toBe('current')
  expect(authRefusalText(new AuthRefusal('', 429)).text).toMatch(/Too many/)
  expect(authRefusalText(new TypeError('fetch failed')).text).toMatch(/did not answer/)
})
