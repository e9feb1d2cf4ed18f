/**
 * How server components reach the control plane. Next bundles its own copy of whatever a page imports, so pages import
 * nothing of this package but types; the server puts one function on globalThis before Next renders anything.
 */
import type { createCaller } from '../root.ts'
import type { Caller } from './caller.ts'

export type ServerCaller = ReturnType<typeof createCaller>

export interface ServerHook {
  /** Procedures as the sender of these headers may call them; they throw TRPCError with an AppError as cause. */
  createServerCaller(headers: Headers): Promise<{ readonly caller: Caller | null; readonly api: ServerCaller }>
}

declare global {
  /** Set by apps/web/server/main.ts; undefined while Next builds. */
  var berthServer: ServerHook | undefined
}
