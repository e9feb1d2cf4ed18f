/**
 * What came of a move, read from what both hosts say of who owns the machine; never from a reply. A host that cannot be asked
 * says nothing, and what one of them says for certain is enough: of the two, at most one ever says "mine".
 */
import { agentContract } from '@berth/core/agent-contract/agent-contract'
import type { MoveOwnership } from '@berth/core/agent-contract/move-commands'
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import { vmIdSchema } from '@berth/core/ids/ids'
import type { AgentLink } from '../agents/agent-link.ts'
import type { WorkflowContext } from './ports.ts'

export interface MoveSides {
  readonly vmId: string
  readonly sourceHostId: string
  readonly targetHostId: string
}

/** Null: it could not be asked. */
export interface OwnerAnswers {
  readonly source: MoveOwnership | null
  readonly target: MoveOwnership | null
}

export type MoveOutcome =
  | { readonly kind: 'moved' | 'stayed'; readonly epoch: number }
  | { readonly kind: 'undecided' }
  /** What must never be. */
  | { readonly kind: 'twoOwners' }

export function outcomeOf({ source, target }: OwnerAnswers): MoveOutcome {
  if (source?.kind === 'mine' && target?.kind === 'mine') return { kind: 'twoOwners' }
  if (target?.kind === 'mine') return { kind: 'moved', epoch: target.epoch }
  if (source?.kind === 'mine') return { kind: 'stayed', epoch: source.epoch }
  if (source?.kind === 'given' && source.isTaken) return { kind: 'moved', epoch: source.epoch }
  return { kind: 'undecided' }
}

/** Throws HOST_UNREACHABLE. */
export async function askOwner(link: AgentLink, vmId: string, signal: AbortSignal): Promise<MoveOwnership> {
  return link.call(agentContract.move.owner, { vmId: vmIdSchema.parse(vmId) }, { signal })
}

export async function askOwners(
  context: WorkflowContext,
  sides: MoveSides,
  signal: AbortSignal,
): Promise<OwnerAnswers> {
  const ask = async (hostId: string): Promise<MoveOwnership | null> => {
    try {
      return await askOwner(context.link(hostId), sides.vmId, signal)
    } catch (error) {
      // The other one may know enough; whoever asked decides whether it does.
      if (hasErrorCode(error, 'HOST_UNREACHABLE')) return null
      throw error
    }
  }
  const [source, target] = await Promise.all([ask(sides.sourceHostId), ask(sides.targetHostId)])
  return { source, target }
}

/** The epoch under which the target has it. Throws OPERATION_INTERRUPTED while that is not known, so that it is asked again. */
export function requireMoved(answers: OwnerAnswers): number {
  const outcome = outcomeOf(answers)
  switch (outcome.kind) {
    case 'moved':
      return outcome.epoch
    case 'undecided':
      throw new AppError('OPERATION_INTERRUPTED', 'Neither host says yet that it has the machine.', {
        details: { ...answers },
      })
    case 'stayed':
      throw new AppError('INTERNAL', 'The source says that the machine is still its own, after it gave it away.', {
        details: { ...answers },
      })
    case 'twoOwners':
      throw new AppError('INTERNAL', 'Both hosts say that the machine is theirs.', { details: { ...answers } })
  }
}
