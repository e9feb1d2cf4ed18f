import { expect, test } from 'vitest'
import { parseCliCall, parseDuration } from './cli-arguments.ts'

test('reads command and options', () => {
  const call = parseCliCall(['token', 'create', '--name', 'ci', '--expires=30d'])
  expect(call.command).toBe('token create')
  expect(call.required('name')).toBe('ci')
  expect(call.option('expires')).toBe('30d')
  expect(() => call.required('host')).toThrow('--host is needed')
})

test('reads what stands after a command', () => {
  const call = parseCliCall(['user', 'reset-password', '--', '-odd@berth.local'])
  expect([call.command, call.argument('EMAIL')]).toEqual(['user reset-password', '-odd@berth.local'])
  expect(() => parseCliCall(['user', 'reset-password']).argument('EMAIL')).toThrow('One EMAIL is needed')
})

test('refuses what it does not know', () => {
  expect(() => parseCliCall(['token', '--frobnicate'])).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }))
})

test('reads times', () => {
  expect(parseDuration('30d')).toBe(30 * 86_400_000)
  expect(parseDuration('15m')).toBe(900_000)
  for (const text of ['30', 'd', '0d', '-1d', '1w', '']) expect(() => parseDuration(text)).toThrow(/is no time/)
})
