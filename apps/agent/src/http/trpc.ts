/** tRPC's one instance in the agent: procedures come from the contract, errors leave as WireErrors in `data.appError`. */
import { AppError, errorToWire, toAppError, type WireError } from '@berth/core/errors/app-error'
import { errorCodeInfo } from '@berth/core/errors/error-codes'
import { transportCodes } from '@berth/core/errors/transport-codes'
import { initTRPC, TRPCError, tracked } from '@trpc/server'
import type { z } from 'zod'
import type { StreamedEvent } from '../events/event-stream.ts'
import type { Peer } from './peer.ts'

/** What a procedure knows of its caller. */
export interface RequestContext {
  readonly peer: Peer
}

const t = initTRPC.context<RequestContext>().create({
  sse: { ping: { enabled: true, intervalMs: 2_000 }, client: { reconnectAfterInactivityMs: 10_000 } },
  errorFormatter: ({ shape, error }) => ({
    ...shape,
    data: { ...shape.data, stack: undefined, appError: wireOf(error) },
  }),
})

function wireOf(error: TRPCError): WireError {
  // What tRPC itself refuses (no such procedure, a body that is no JSON) is the caller's fault, not ours.
  const isRefusal = !(error.cause instanceof AppError) && error.code !== 'INTERNAL_SERVER_ERROR'
  return isRefusal ? { code: 'INPUT_INVALID', message: error.message, details: {} } : errorToWire(error.cause ?? error)
}

/** Any thrown value as the TRPCError that carries it. */
export function toTransportError(error: unknown): TRPCError {
  if (error instanceof TRPCError) return error
  const known = toAppError(error)
  return new TRPCError({ code: transportCodes[errorCodeInfo(known.code).kind], message: known.message, cause: known })
}

const procedure = t.procedure.use(async ({ next }) => {
  const result = await next()
  if (result.ok) return result
  // tRPC wraps what a procedure threw: unwrap it, so that the code decides the transport's status.
  throw toTransportError(result.error.cause ?? result.error)
})

interface Entry<I extends z.ZodType, O extends z.ZodType> {
  readonly input: I
  readonly output: O
}
interface CallOptions {
  readonly signal: AbortSignal
  readonly peer: Peer
}
type Answer<I extends z.ZodType, O extends z.ZodType> = (
  input: z.output<I>,
  options: CallOptions,
) => Promise<z.input<O>> | z.input<O>

const never = new AbortController().signal
const unparsed = (input: unknown): unknown => input

/** The contract's entry as a procedure: both directions are parsed. */
export const query = <I extends z.ZodType, O extends z.ZodType>(entry: Entry<I, O>, answer: Answer<I, O>) =>
  procedure.input(unparsed).query(({ input, signal, ctx }) => call(entry, answer, { input, signal, ...ctx }))

export const mutation = <I extends z.ZodType, O extends z.ZodType>(entry: Entry<I, O>, answer: Answer<I, O>) =>
  procedure.input(unparsed).mutation(({ input, signal, ctx }) => call(entry, answer, { input, signal, ...ctx }))

/** Events with an id are tracked, so that a reader that reconnects names the last one it got. */
export const subscription = <I extends z.ZodType, O extends z.ZodType>(
  entry: Entry<I, O>,
  read: (input: z.output<I>, options: Pick<CallOptions, 'signal'>) => AsyncIterable<StreamedEvent>,
) =>
  procedure.input(unparsed).subscription(async function* ({ input, signal }) {
    try {
      for await (const { id, event } of read(parseInput(entry.input, input), { signal: signal ?? never })) {
        const data = parseAnswer(entry.output, event)
        yield id === undefined ? data : tracked(id, data)
      }
    } catch (error) {
      throw toTransportError(error)
    }
  })

async function call<I extends z.ZodType, O extends z.ZodType>(
  entry: Entry<I, O>,
  answer: Answer<I, O>,
  request: { input: unknown; signal: AbortSignal | undefined; peer: Peer },
): Promise<z.output<O>> {
  const input = parseInput(entry.input, request.input)
  return parseAnswer(entry.output, await answer(input, { signal: request.signal ?? never, peer: request.peer }))
}

function parseInput<I extends z.ZodType>(schema: I, input: unknown): z.output<I> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new AppError('INPUT_INVALID', problems.join('; '), { details: { issues: parsed.error.issues } })
}

/** An answer that breaks the contract is our own fault, and must not look like the caller's. */
function parseAnswer<O extends z.ZodType>(schema: O, answer: unknown): z.output<O> {
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  throw new AppError('INTERNAL', `the answer breaks the contract: ${parsed.error.message}`)
}

export const router = t.router
