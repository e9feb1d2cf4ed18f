/** Takes a host out of service and back: the plan, the task that empties it, pause and resume, and the one click back. */
import { AppError } from '@berth/core/errors/app-error'
import type { DrainChoice, DrainView, MovePlan } from '@berth/core/maintenance/drain'
import { violatedUniqueIndex } from '@berth/prisma/database-errors'
import type { Caller } from '../trpc/caller.ts'
import type { AuditNotes, Panel } from '../trpc/panel.ts'
import { requireVmView } from '../vm/vm-repo.ts'
import { askVm } from '../vm/vm-verbs.ts'
import { findLastDrain, findMachinesOn, insertDrain, markRestarted, setMaintenance, setPaused } from './drain-repo.ts'
import { makePlan } from './make-plan.ts'

interface Asking {
  readonly panel: Panel
  readonly caller: Caller
  readonly notes: AuditNotes
}

/** Nothing is reserved by asking. Throws HOST_NOT_FOUND. */
export async function planDrain(panel: Panel, hostId: string): Promise<{ hostName: string; plan: MovePlan }> {
  const { hostName, machines } = await findMachinesOn(panel.db, hostId)
  const wishes = machines.map((machine) => ({ ...machine, triedHostIds: [] }))
  return { hostName, plan: await makePlan(panel, wishes, hostId) }
}

/** Of machines that were ticked, wherever they are. Throws VM_NOT_FOUND. */
export async function planTicked(panel: Panel, vmIds: readonly string[]): Promise<MovePlan> {
  const vms = await Promise.all([...new Set(vmIds)].map((vmId) => requireVmView(panel, vmId, null)))
  return makePlan(
    panel,
    vms.map(({ vmId, name }) => ({ vmId, name, triedHostIds: [] })),
    null,
  )
}

export interface DrainWish {
  readonly hostId: string
  /** Of machines that are not named: move. */
  readonly choices: readonly { readonly vmId: string; readonly choice: DrainChoice }[]
  readonly idempotencyKey?: string | undefined
}

/** Throws HOST_NOT_FOUND, HOST_DRAINING while it is being emptied. */
export async function startDrain({ panel, caller, notes }: Asking, wish: DrainWish): Promise<{ operationId: string }> {
  const { hostId, choices, idempotencyKey } = wish
  const { hostName, machines } = await findMachinesOn(panel.db, hostId)
  notes.targetName = hostName
  const chosen = new Map(choices.map(({ vmId, choice }) => [vmId, choice]))
  const items = machines.map((machine) => ({ ...machine, choice: chosen.get(machine.vmId) ?? 'move' }))
  try {
    const { operationId } = await panel.operations.start({
      kind: 'host.drain',
      args: { hostId, choices: [...choices] },
      target: { hostId, name: hostName },
      caller,
      idempotencyKey,
      request: { hostId, choices },
      accept: (tx, id) => insertDrain(tx, { operationId: id, hostId, hostName, items }),
    })
    return { operationId }
  } catch (error) {
    if (violatedUniqueIndex(error) !== 'operation_one_drain_per_host') throw error
    throw draining(hostName, error)
  }
}

const draining = (hostName: string, cause?: unknown): AppError =>
  new AppError('HOST_DRAINING', `${hostName} is being emptied.`, { cause })

const isOver = ({ status }: DrainView): boolean => !['queued', 'running', 'cancelling'].includes(status)

/** What is under way goes on. Throws OPERATION_NOT_FOUND where the host is not being emptied. */
export async function pauseDrain({ panel, notes }: Asking, hostId: string, isPaused: boolean): Promise<void> {
  const { hostName } = await findMachinesOn(panel.db, hostId)
  notes.targetName = hostName
  const drain = await findLastDrain(panel.db, hostId)
  if (drain === null || !(await setPaused(panel.db, drain.operationId, isPaused))) {
    throw new AppError('OPERATION_NOT_FOUND', `${hostName} is not being emptied.`)
  }
}

/**
 * It takes machines again. Those that were shut down for it are started, where that is wished; one that cannot be started keeps
 * no other from it. Throws HOST_NOT_FOUND, HOST_DRAINING.
 */
export async function leaveMaintenance(
  asking: Asking,
  { hostId, restart }: { hostId: string; restart: boolean },
): Promise<{ started: string[]; refused: { name: string; why: string }[] }> {
  const { panel, notes } = asking
  const { hostName } = await findMachinesOn(panel.db, hostId)
  notes.targetName = hostName
  const drain = await findLastDrain(panel.db, hostId)
  if (drain !== null && !isOver(drain)) throw draining(hostName)
  await panel.db.$transaction((tx) => setMaintenance(tx, hostId, false))
  const stopped = drain === null || !restart ? [] : drain.items.filter(({ state }) => state === 'shutDown')
  const started: string[] = []
  const refused: { name: string; why: string }[] = []
  for (const { vmId, name } of stopped) {
    const why = await startAgain(asking, { vmId, idempotencyKey: `leave:${drain?.operationId ?? ''}:${vmId}` })
    if (why === null) started.push(name)
    else refused.push({ name, why })
    if (why === null && drain !== null) await markRestarted(panel.db, drain.operationId, vmId)
  }
  return { started, refused }
}

/** Why not, as a sentence; null: a task starts it. */
async function startAgain(asking: Asking, input: { vmId: string; idempotencyKey: string }): Promise<string | null> {
  try {
    await askVm({ ...asking, notes: {} }, 'start', input)
    return null
  } catch (error) {
    if (error instanceof AppError) return error.message
    throw error
  }
}
