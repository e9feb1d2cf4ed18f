/**
 * The source's part of a rehearsal: is there anything in this QEMU against a move, does it take what the move asks for, and
 * would its memory get to the one that waits there. Nothing is sent: the handshake ends where the first byte would follow, and
 * the QEMU that waited ends by that.
 *
 * It owns nothing. Invariant: the machine runs on as it did, and its QEMU is set as before.
 */
import type { AgentCommandOf } from '@berth/core/agent-contract/agent-commands'
import type { MoveRehearsal } from '@berth/core/agent-contract/rehearsal-commands'
import { AppError } from '@berth/core/errors/app-error'
import { mayVm } from '@berth/core/vm/vm-can'
import type { HostAddress, HostLink } from '../http/host-link.ts'
import { requireWaiting } from '../migration/before-sending.ts'
import { setUpSource } from '../migration/set-up-qemu.ts'
import { queryMigrate, setMoveCapabilities } from '../qmp/commands/move-commands.ts'
import type { QmpClient } from '../qmp/qmp-client.ts'
import type { VmActor } from '../vm/vm-actor.ts'
import { shakeHands } from './shake-hands.ts'

export interface Rehearsing {
  readonly command: AgentCommandOf<'move.rehearse'>
  readonly openLink: (to: HostAddress) => Promise<HostLink>
  readonly signal: AbortSignal
}

/** Throws VM_STATE_CONFLICT, VM_BUSY, MOVE_BLOCKED, MOVE_FAILED with what is in the way. */
export async function rehearse(actor: VmActor, { command, openLink, signal }: Rehearsing): Promise<MoveRehearsal> {
  const { vmId, moveId, target } = command
  const { state } = actor.record
  const answer = mayVm('migrate', { state, isProtected: false, hasProcess: actor.hasProcess, busyWith: null })
  if (!answer.isAllowed) throw new AppError(answer.code, answer.reason)
  const { qmp } = actor.requireMachine()
  await requireUnblocked(qmp)
  await requireAble(qmp, command)
  if (target === null) return { path: null }
  const { tlsKey, memory } = target
  await using link = await openLink(target)
  await requireWaiting(link, { vmId, moveId, signal })
  // The first question made the connection; this one is what the machine's pause would wait for.
  const beganAtMs = performance.now()
  await requireWaiting(link, { vmId, moveId, signal })
  const agentRoundTripMs = performance.now() - beganAtMs
  return { path: { agentRoundTripMs, ...(await shakeHands({ ...memory, tlsKey, signal })) } }
}

async function requireUnblocked(qmp: QmpClient): Promise<void> {
  const reasons = (await queryMigrate(qmp))['blocked-reasons'] ?? []
  if (reasons.length === 0) return
  throw new AppError('MOVE_BLOCKED', `Its QEMU says: ${reasons.join(' ')}`, { details: { reasons: [...reasons] } })
}

/** Turned off again: a QEMU that moves some day is told all of it anew. */
async function requireAble(
  qmp: QmpClient,
  { policy, transport }: Pick<AgentCommandOf<'move.rehearse'>, 'policy' | 'transport'>,
): Promise<void> {
  try {
    await setUpSource(qmp, { policy, transport })
  } finally {
    await setMoveCapabilities(qmp, {
      ...{ events: false, 'return-path': false, 'auto-converge': false, multifd: false, 'postcopy-ram': false },
    })
  }
}
