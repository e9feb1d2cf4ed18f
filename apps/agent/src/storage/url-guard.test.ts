import { describe, expect, it } from 'vitest'
import { checkUrl, isForbiddenAddress } from './url-guard.ts'

describe('isForbiddenAddress', () => {
  it.each([
    '127.0.0.1',
    '127.9.9.9',
    '0.0.0.0',
    '169.254.169.254',
    '::1',
    '::ffff:127.0.0.1',
    'fe80::1',
    '255.255.255.255',
  ])('%s', (ip) => {
    expect(isForbiddenAddress(ip)).toBe(true)
  })

  it.each(['192.168.1.10', '10.0.0.5', '93.184.216.34', '2606:2800:220:1::1'])('lets %s pass', (ip) => {
    expect(isForbiddenAddress(ip)).toBe(false)
  })
})

// The URL parser folds every spelling of an IPv4 address into one, which is what makes this check sufficient.
it.each([
  'http://127.1/x',
  'http://0x7f.1/x',
  'http://2130706433/x',
  'http://[::1]/x',
  'http://[::ffff:7f00:1]/',
  'file:///etc/passwd',
  'http://u:p@mirror.example/x',
])('refuses %s', (url) => {
  expect(() => checkUrl(new URL(url))).toThrowError(expect.objectContaining({ code: 'URL_FORBIDDEN' }))
})
