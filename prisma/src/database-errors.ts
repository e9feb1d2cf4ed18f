/** What a failed query says, read from the structure of Prisma's errors and never from their words. */
import { Prisma } from './generated/prisma/client.ts'

// Not reachable (P1001, P1002), no answer in time (P1008), closed by the server (P1017), no free connection (P2024), a
// transaction that could not begin or lost its connection (P2028), one of two that waited for each other (P2034).
const unavailableCodes = ['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2034']

/** Whether the query failed because the database is away, so that the same query may work later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientInitializationError) return true
  return error instanceof Prisma.PrismaClientKnownRequestError && unavailableCodes.includes(error.code)
}

/**
 * The name of the unique index that a write ran into ("vm_name_key", "operation_one_per_vm"), or undefined when the error
 * is something else.
 */
export function violatedUniqueIndex(error: unknown): string | undefined {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return undefined
  const cause = readField(readField(error.meta, 'driverAdapterError'), 'cause')
  if (readField(cause, 'kind') !== 'UniqueConstraintViolation') return undefined
  const index = readField(readField(cause, 'constraint'), 'index')
  return typeof index === 'string' ? index : undefined
}

function readField(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
