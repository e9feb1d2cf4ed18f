import { expect, test } from 'vitest'
import { isOwnOrigin, isWithoutBrowser } from './own-origin.ts'

const host = 'panel.example:7400'
test.each([
  ['the same host', { host, origin: 'http://panel.example:7400' }, true],
  [
    'the same host behind TLS',
    { host: 'panel.example', origin: 'https://panel.example', 'x-forwarded-proto': 'https' },
    true,
  ],
  ['a default port written out', { host: 'panel.example:80', origin: 'http://panel.example' }, true],
  ['no origin', { host }, false],
  ['a sandboxed page', { host, origin: 'null' }, false],
  ['another site', { host, origin: 'http://evil.example' }, false],
  ['another port', { host, origin: 'http://panel.example:7401' }, false],
  ['a subdomain', { host, origin: 'http://x.panel.example:7400' }, false],
  ['another scheme', { host, origin: 'https://panel.example:7400' }, false],
  ['a host that is none', { host: 'a b', origin: 'http://a b' }, false],
])('%s', (_name, headers, expected) => {
  expect(isOwnOrigin(headers, undefined)).toBe(expected)
})

test('the public address is own, whatever a proxy made of Host', () => {
  expect(isOwnOrigin({ host: '10.0.0.1', origin: 'https://berth.example' }, 'https://berth.example/')).toBe(true)
})

test('only a request without any sign of a browser may come without an origin', () => {
  expect(isWithoutBrowser({ host })).toBe(true)
  expect(isWithoutBrowser({ host, cookie: 'a=b' })).toBe(false)
  expect(isWithoutBrowser({ host, 'sec-fetch-site': 'cross-site' })).toBe(false)
})
