import { expect, it } from 'vitest'
import { moveFailure } from './move-failure.ts'

const to = { host: '10.0.0.2', port: 40_001 }
const sayingOf = (words: string): string => moveFailure({ status: 'failed', 'error-desc': words }, to).message

it('says what to do where the words of QEMU tell it', () => {
  expect(sayingOf('TLS handshake failed: The TLS connection was non-properly terminated.')).toMatch(
    /terminated\. The two QEMUs do not have the same key/,
  )
  expect(sayingOf("Failed to connect to '10.0.0.2:40001': Connection refused")).toMatch(
    /refused\. No connection to 10\.0\.0\.2 port 40001 could be made\. Look for a firewall/,
  )
})

it('keeps other words as they are', () => {
  expect(sayingOf('Unable to write to socket: Broken pipe')).toBe('QEMU says: Unable to write to socket: Broken pipe')
  expect(moveFailure({ status: 'cancelled' }, to)).toMatchObject({
    code: 'MOVE_FAILED',
    message: 'QEMU gave up the move (cancelled).',
  })
})
