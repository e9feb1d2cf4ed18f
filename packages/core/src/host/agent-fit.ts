/**
 * Whether a host's agent and this panel fit together. Neighbouring versions do: what is new has a capability's name, and an
 * agent that does not say it is simply not asked for that. Only another contract version keeps all work from it.
 */
import { contractVersion } from '../agent-contract/agent-contract.ts'
import { agentCapabilities, type AgentCapability, type AgentFit } from './agent-capabilities.ts'

export interface AgentSelf {
  /** Null until it has spoken. */
  readonly contractVersion: number | null
  readonly capabilities: readonly string[]
}

export function agentFitOf(agent: AgentSelf): AgentFit {
  if (agent.contractVersion === null) return { kind: 'unknown' }
  if (agent.contractVersion !== contractVersion) {
    return { kind: 'incompatible', agentVersion: agent.contractVersion, panelVersion: contractVersion }
  }
  const missing = agentCapabilities.filter((name) => !agent.capabilities.includes(name))
  return missing.length === 0 ? { kind: 'whole' } : { kind: 'partial', missing }
}

/** As much of a command as says it. */
interface CommandFace {
  readonly kind: string
  /** Of a shared pool: what it is mounted from. */
  readonly source?: unknown
}

/** What an agent must be able to do before it is sent this command; null for what all agents of this contract can. */
export function capabilityForCommand({ kind, source }: CommandFace): AgentCapability | null {
  if (kind === 'image.offer' || kind === 'image.fetch') return 'image-transfer'
  if (kind === 'volume.move') return 'disk-moves'
  if (kind === 'move.rehearse') return 'forecast'
  if (kind === 'move.follow') return 'move-options'
  if (kind.startsWith('move.')) return 'moves'
  if (kind.startsWith('pool.') && source !== undefined) return 'nfs-pools'
  return kind.startsWith('pool.') || kind === 'image.copy' ? 'pools' : null
}
