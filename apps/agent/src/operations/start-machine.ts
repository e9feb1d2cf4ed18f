import type { AgentResultOf } from '@berth/core/agent-contract/agent-commands'
import { AppError } from '@berth/core/errors/app-error'
import type { VmExit } from '@berth/core/vm/vm-state'

/** What starting needs of a machine's actor. */
interface Startable {
  start(signal: AbortSignal): Promise<unknown>
  readonly record: { readonly run: { readonly runId: string } | null; readonly lastExit: VmExit | null }
}

/** Answers which run it is. Throws QEMU_EXITED when the process came up and was gone before it could be named. */
export async function startMachine(actor: Startable, signal: AbortSignal): Promise<AgentResultOf<'vm.start'>> {
  await actor.start(signal)
  const runId = actor.record.run?.runId
  if (runId !== undefined) return { runId }
  const { lastExit } = actor.record
  throw new AppError('QEMU_EXITED', 'QEMU ended as soon as it ran', { details: { lastExit } })
}
