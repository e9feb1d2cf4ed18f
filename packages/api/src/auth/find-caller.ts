/** Who a request comes from. A bearer token, where one is sent, decides alone: a wrong one is never rescued by a cookie. */
import type { IncomingHttpHeaders } from 'node:http'
import type { DatabaseClient } from '@berth/prisma/client'
import type { Caller } from '../trpc/caller.ts'
import { findTokenCaller } from './api-token-repo.ts'
import type { PanelAuth } from './panel-auth.ts'

export interface CallerSources {
  readonly db: DatabaseClient
  readonly auth: PanelAuth
}

export async function findCaller(sources: CallerSources, headers: IncomingHttpHeaders): Promise<Caller | null> {
  const { authorization, cookie } = headers
  if (authorization !== undefined) {
    const token = /^Bearer (\S{20,200})$/i.exec(authorization)?.[1]
    return token === undefined ? null : findTokenCaller(sources.db, token, new Date())
  }
  return cookie === undefined ? null : sources.auth.sessionOf(new Headers({ cookie }))
}
