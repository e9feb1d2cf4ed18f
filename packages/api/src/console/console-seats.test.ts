import { expect, it } from 'vitest'
import { AppError } from '@berth/core/errors/app-error'
import { ConsoleSeats } from './console-seats.ts'

const right = (userId: string, vmId: string) => ({ userId, vmId, sessionId: 's', apiTokenId: null })
const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'ok'
  } catch (error) {
    return error instanceof AppError ? error.code : String(error)
  }
}
const nothing = (): void => undefined

it('bounds the consoles of a user and of a machine, each for itself, and gives seats back once', () => {
  const seats = new ConsoleSeats()
  const first = seats.take(right('ada', 'vm-0'), nothing)
  for (let i = 1; i < 200; i++) seats.take(right('ada', `vm-${i}`), nothing)
  expect(codeOf(() => seats.take(right('ada', 'vm-new'), nothing))).toBe('CONSOLE_LIMIT')
  expect(codeOf(() => seats.take(right('bob', 'vm-new'), nothing))).toBe('ok')
  first()
  first()
  expect(seats.open).toBe(200)
  expect(codeOf(() => seats.take(right('ada', 'vm-new'), nothing))).toBe('ok')
  for (let i = 2; i < 150; i++) seats.take(right(`user-${i}`, 'vm-new'), nothing)
  expect(codeOf(() => seats.take(right('eve', 'vm-new'), nothing))).toBe('CONSOLE_LIMIT')
})
