import { expect, it } from 'vitest'
import { isDatabaseUnavailable } from './database-errors.ts'
import { Prisma } from './generated/prisma/client.ts'

const unknown = (words: string) =>
  new Prisma.PrismaClientUnknownRequestError(`\nInvalid \`prisma.$queryRaw()\` invocation:\n\n\n${words}`, {
    clientVersion: '7.10.0',
  })

// What was seen when the server was killed under a write: such an error has neither code nor cause.
it('knows a lost connection by the words at the end of an error that says nothing else', () => {
  expect(isDatabaseUnavailable(unknown('Connection terminated unexpectedly'))).toBe(true)
  expect(isDatabaseUnavailable(unknown('value out of range'))).toBe(false)
})

it('knows the driver’s own error, which a transaction throws that could not begin', () => {
  for (const [code, words] of [
    ['57P01', 'administrator command'],
    ['25P03', 'idle-in-transaction timeout'],
  ]) {
    const cause = { kind: 'postgres', code, originalCode: code }
    expect(isDatabaseUnavailable(new Error(`terminating connection due to ${words}`, { cause }))).toBe(true)
  }
  const unique = new Error('duplicate key', { cause: { kind: 'UniqueConstraintViolation', originalCode: '23505' } })
  expect(isDatabaseUnavailable(unique)).toBe(false)
})
