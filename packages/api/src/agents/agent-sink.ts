/** Where a connection's news go. The real one is agent-ingest.ts. */
import type { AgentEvent } from '@berth/core/agent-contract/agent-events'

export interface AgentHello {
  readonly agentVersion: string
  readonly contractVersion: number
  readonly capabilities: readonly string[]
  readonly clockSkewMs: number
}

export interface AgentSink {
  /** The agent answered and speaks our contract. Called with each new connection, before its events. */
  connected(hostId: string, hello: AgentHello): void
  /** The agent answered, and speaks another contract: nothing more is heard from it. */
  incompatible(hostId: string, hello: AgentHello): void
  /** In the order of the stream, and at once: what takes time is queued by the sink. */
  received(hostId: string, event: AgentEvent): void
}
