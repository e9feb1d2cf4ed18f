/**
 * The panel's line to one host's agent, as the rest of the panel sees it. The real one is agent-connection.ts; tests
 * give a host in memory.
 */
import type { z } from 'zod'
import type { AgentEvent } from '@berth/core/agent-contract/agent-events'
import type { HostId } from '@berth/core/ids/ids'

/** One row of core's agentContract: `link.call(agentContract.step.run, {…})`. */
export interface AgentProcedure<I extends z.ZodType, O extends z.ZodType> {
  readonly type: 'query' | 'mutation'
  readonly input: I
  readonly output: O
}

export interface CallOptions {
  /** Milliseconds until HOST_UNREACHABLE; default 10 s. Add what the agent itself may wait. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

export type StepEvent = Extract<AgentEvent, { kind: 'step.progressed' | 'step.ended' }>

export interface AgentLink {
  readonly hostId: HostId
  /** Whether the agent was heard from lately. */
  readonly isOnline: boolean
  /**
   * Throws the agent's own AppError; HOST_UNREACHABLE when no answer came, after which the outcome is unknown;
   * AGENT_INCOMPATIBLE when the answer has another shape.
   */
  call<I extends z.ZodType, O extends z.ZodType>(
    procedure: AgentProcedure<I, O>,
    input: z.input<I>,
    options?: CallOptions,
  ): Promise<z.output<O>>
  /** Resolves once the agent is heard from; at once when it is online. Rejects when the signal is aborted. */
  whenOnline(signal: AbortSignal): Promise<void>
  /** What the event stream says of one operation's steps, until the returned function is called. */
  onStepEvent(operationId: string, listener: (event: StepEvent) => void): () => void
}

/** Hosts' links by id. Throws HOST_NOT_FOUND for a host that the panel does not know. */
export interface AgentLinks {
  link(hostId: string): AgentLink
}
