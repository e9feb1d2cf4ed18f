/**
 * What every request stands on, made once by the server. Services take it as their first argument; nothing of it is
 * reached by import, so that tests run several panels in one process.
 */
import type { Logger } from 'pino'
import type { PrismaClient } from '@berth/prisma/client'
import type { AgentLinks } from '../agents/agent-link.ts'
import type { MoveMeasures } from '../forecast/move-measures.ts'
import type { HostMembership } from '../host/host-membership.ts'
import type { OperationPort } from './operation-port.ts'
import type { EventPort } from './event-port.ts'
import type { OpenStreams } from './open-streams.ts'
import type { SecretBox } from '../auth/secret-box.ts'
import type { LiveFigures } from '../metrics/live-figures.ts'
import type { Caller } from './caller.ts'

export interface Panel {
  readonly db: PrismaClient
  readonly log: Logger
  readonly secretBox: SecretBox
  readonly live: LiveFigures
  readonly agents: AgentLinks
  readonly membership: HostMembership
  readonly measures: MoveMeasures
  readonly operations: OperationPort
  readonly events: EventPort
  readonly streams: OpenStreams
}

/** What a handler adds to the audit record of its request. */
export interface AuditNotes {
  targetKind?: string
  targetId?: string
  targetName?: string
  /** Of a request that a page repeats by itself: what makes two of them the same. */
  foldBy?: Readonly<Record<string, string>> | undefined
}

export interface RequestContext {
  readonly panel: Panel
  readonly caller: Caller | null
  /** Of the peer, for the audit trail and for limits. */
  readonly ip: string | null
  readonly requestId: string
  /** Whether the request came from a page of the panel itself: its Origin names the Host it was sent to. */
  readonly isSameOrigin: boolean
  /** By which address the caller reached the panel, or is meant to; absent where there was no request. */
  readonly panelUrl?: string | undefined
  /** Filled by handlers, read once by the audit. */
  readonly notes: AuditNotes
}
