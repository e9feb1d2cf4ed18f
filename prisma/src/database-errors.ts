/** What a failed query says, read from the structure of errors; from their words only where there is nothing else. */
import { Prisma } from './generated/prisma/client.ts'

// Not reachable (P1001, P1002), no answer in time (P1008), closed by the server (P1017), no free connection (P2024), a
// transaction that could not begin or lost its connection (P2028), one of two that waited for each other (P2034); the
// system's words for a socket that is gone, which Prisma passes on as they are; PostgreSQL's own for a server that ends or
// starts, for one that has no connection left, and for a transaction that stood still for too long.
const unavailableCodes = new Set([
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2034'],
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'],
  ...['57P01', '57P02', '57P03', '53300', '25P03', '08000', '08001', '08003', '08006'],
])
/** A raw query's error has a code of its own (P2010) that says nothing, and the driver's below it. */
const unavailableKinds = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections'])
/** pg's errors for a connection that died under a query, or that is dead: they have no code, so here words must do. */
const unavailableWords = new Set([
  'Connection terminated',
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'Client has encountered a connection error and is not queryable',
  'timeout exceeded when trying to connect',
])
const maxCauses = 5

/** Whether a query failed, here or at the root of `error`, because the database is away: the same may work later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  let at = error
  for (let depth = 0; depth < maxCauses && at instanceof Error; depth++) {
    if (saysUnavailable(at)) return true
    at = at.cause
  }
  return false
}

/** Whether a row would have had what only one may have. */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'

function saysUnavailable(error: Error): boolean {
  if (error instanceof Prisma.PrismaClientInitializationError || unavailableWords.has(error.message)) return true
  // An error without a code reaches us as one of Prisma's, with the words at the end of its own.
  if (error instanceof Prisma.PrismaClientUnknownRequestError && namesUnavailable(error.message)) return true
  const code = readField(error, 'code')
  if (isOneOf(unavailableCodes, code) || (code === 'ENOENT' && isAboutSocket(error))) return true
  // Prisma's errors carry the driver's; a transaction that could not begin throws the driver's own, bare.
  const cause = readField(readField(readField(error, 'meta'), 'driverAdapterError'), 'cause') ?? error.cause
  return (
    isOneOf(unavailableKinds, readField(cause, 'kind')) || isOneOf(unavailableCodes, readField(cause, 'originalCode'))
  )
}

const namesUnavailable = (message: string): boolean => [...unavailableWords].some((words) => message.includes(words))

/** A stopped server takes its socket's file with it. Any other file that is missing is another matter. */
const isAboutSocket = (error: Error): boolean =>
  readField(error, 'syscall') === 'connect' || error instanceof Prisma.PrismaClientKnownRequestError

const isOneOf = (set: ReadonlySet<string>, value: unknown): boolean => typeof value === 'string' && set.has(value)

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
