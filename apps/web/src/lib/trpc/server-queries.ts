/**
 * How server components read: through the one function that the panel's server puts on globalThis, never by import, since
 * Next bundles a copy of its own of whatever it imports. A page asks for its viewer, prefetches, and hands the cache on:
 *
 *   const viewer = await requireViewer(paths.machines())
 *   const { queryClient, trpc } = await serverQueries()
 *   await queryClient.prefetchQuery(trpc.vm.get.queryOptions({ vmId }))
 *   return <Hydrate client={queryClient}>…</Hydrate>
 */
import type { AppRouter } from '@berth/api/root'
import type { ServerHook } from '@berth/api/trpc/server-hook'
import { createTRPCClient, TRPCClientError, type TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query'
import { headers } from 'next/headers'
import { notFound, redirect } from 'next/navigation'
import { cache } from 'react'
import { paths } from '../paths.ts'
import { dropDirection } from './drop-direction.ts'
import { makeQueryClient } from './query-client.ts'

export interface Viewer {
  userId: string
  name: string
  email: string
  isAdmin: boolean
}

interface SignedIn {
  readonly viewer: Viewer
  /** Nothing is shown to him, and the panel answers him nothing, before he has a password of his own. */
  readonly mustChangePassword: boolean
}

/** Once per request, whoever asks first. */
const panelOfRequest = cache(async () => {
  const hook: ServerHook | undefined = globalThis.berthServer
  if (hook === undefined)
    throw new Error('Pages are rendered by the panel’s own server (apps/web/server/main.ts) only.')
  return hook.createServerCaller(await headers())
})

/** Whoever the session is of, also one who must first choose a password. */
export async function findSignedIn(): Promise<SignedIn | null> {
  const { caller } = await panelOfRequest()
  if (caller === null) return null
  const { userId, name, email, role } = caller
  const mustChangePassword = caller.kind === 'session' && caller.mustChangePassword
  return { viewer: { userId, name, email, isAdmin: role === 'admin' }, mustChangePassword }
}

/** Who looks at the page, or null for nobody who may. */
export async function findViewer(): Promise<Viewer | null> {
  const signedIn = await findSignedIn()
  return signedIn === null || signedIn.mustChangePassword ? null : signedIn.viewer
}

/**
 * Sends whoever is not signed in to the sign-in page, whoever must choose a password there, and back to `here` (a path of
 * this panel) afterwards.
 */
export async function requireViewer(here: string): Promise<Viewer> {
  const signedIn = await findSignedIn()
  if (signedIn === null) redirect(paths.signIn(here))
  if (signedIn.mustChangePassword) redirect(paths.newPassword(here))
  return signedIn.viewer
}

/** A cache to fill for one page, and the same option makers as `useTRPC()`. What fails is read again by the browser. */
export async function serverQueries() {
  const { api } = await panelOfRequest()
  const queryClient = makeQueryClient()
  // The first answer is final here: the browser repeats what failed, the page must not wait for it.
  queryClient.setDefaultOptions({ queries: { ...queryClient.getDefaultOptions().queries, retry: false } })
  const client = createTRPCClient<AppRouter>({ links: [dropDirection, callLink(api)] })
  const trpc = createTRPCOptionsProxy<AppRouter>({ client, queryClient })
  return { queryClient, trpc, api }
}

/** For the object that a page is about: answers with it, or with the page "nothing lies here". */
export async function orNotFound<T>(read: Promise<T>): Promise<T> {
  try {
    return await read
  } catch (error) {
    if (isNotFound(error)) notFound()
    throw error
  }
}

function isNotFound(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return ('code' in error && error.code === 'NOT_FOUND') || isNotFound(error.cause)
}

function callLink(api: unknown): TRPCLink<AppRouter> {
  return () =>
    ({ op }) =>
      observable((observer) => {
        callByPath(api, op.path, op.input).then(
          (data) => {
            observer.next({ result: { data } })
            observer.complete()
          },
          (error: unknown) => {
            const cause = error instanceof Error ? error : new Error(String(error))
            observer.error(TRPCClientError.from(cause))
          },
        )
      })
}

async function callByPath(api: unknown, path: string, input: unknown): Promise<unknown> {
  let procedure: unknown = api
  for (const name of path.split('.')) procedure = Reflect.get(Object(procedure), name)
  if (typeof procedure !== 'function') throw new Error(`There is no procedure ${path}.`)
  return Reflect.apply(procedure, undefined, [input])
}
