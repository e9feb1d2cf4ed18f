/** How the move of a running machine to a host would go: measures it for the dialog. Changes nothing. */
import { AppError } from '@berth/core/errors/app-error'
import type { MoveMeasurement } from '@berth/core/migration/move-forecast'
import { ownerScope, type Caller } from '../trpc/caller.ts'
import type { Panel } from '../trpc/panel.ts'
import { requireVmView } from '../vm/vm-repo.ts'
import { requireVerb } from '../vm/vm-verbs.ts'

interface ForecastInput {
  readonly vmId: string
  readonly targetHostId: string
}

/** Throws VM_NOT_FOUND, as core's table says against a move, and as MoveMeasures.measure. */
export async function measureMove(
  { panel, caller }: { readonly panel: Panel; readonly caller: Caller },
  { vmId, targetHostId }: ForecastInput,
  signal: AbortSignal,
): Promise<MoveMeasurement> {
  const vm = await requireVmView(panel, vmId, ownerScope(caller))
  requireVerb('migrate', vm)
  if (vm.host === null) throw new AppError('VM_STATE_CONFLICT', 'The machine is on no host.')
  if (vm.host.hostId === targetHostId) throw new AppError('INPUT_INVALID', 'The machine is on that host now.')
  return panel.measures.measure({ vmId, sourceHostId: vm.host.hostId, targetHostId }, signal)
}
