/** Calls any procedure by its path, as the wire does, and says how it was answered. For tests that walk the whole router. */
import { TRPCError } from '@trpc/server'
import { AppError } from '@berth/core/errors/app-error'
import { appRouter } from '../root.ts'
import type { Caller } from '../trpc/caller.ts'
import { t } from '../trpc/init.ts'
import type { Panel } from '../trpc/panel.ts'

export interface ProcedureCall {
  readonly path: string
  readonly input: unknown
  readonly isSameOrigin?: boolean
}

/** At run time the table is flat, path by path, whatever its type says. */
export const allProcedures: readonly (readonly [path: string, procedure: unknown])[] = Object.entries<unknown>(
  appRouter._def.procedures,
)

/** What it answered. Throws what it threw. */
export async function callProcedure(panel: Panel, caller: Caller | null, call: ProcedureCall): Promise<unknown> {
  const { path, input, isSameOrigin = true } = call
  const context = { panel, caller, ip: null, requestId: 'test', isSameOrigin, notes: {} }
  const callers: unknown = t.createCallerFactory(appRouter)(context)
  const procedure = path.split('.').reduce<unknown>((at, part) => Reflect.get(Object(at), part), callers)
  if (!isCallable(procedure)) throw new Error(`${path} is no procedure`)
  return procedure(input)
}

const isCallable = (value: unknown): value is (input: unknown) => Promise<unknown> => typeof value === 'function'

/** The AppError's code, or "ok". */
export async function procedureCode(panel: Panel, caller: Caller | null, call: ProcedureCall): Promise<string> {
  try {
    await callProcedure(panel, caller, call)
    return 'ok'
  } catch (error) {
    const cause = error instanceof TRPCError ? error.cause : error
    return cause instanceof AppError ? cause.code : `not mapped: ${String(error)}`
  }
}
