/** Which machines want somebody's eyes: the rule of the dashboard's list and of the filter `needs:attention`. Pure. */
import { powerDriftOf } from './power-drift.ts'
import type { VmView } from './vm-view.ts'

type Seen = Parameters<typeof powerDriftOf>[0] & Pick<VmView, 'state' | 'silentSince' | 'pauseReason'>

export type VmTrouble = 'crashed' | 'unknown' | 'silent' | 'paused-by-qemu' | 'should-run' | 'should-be-off'

/** Null: it is as it should be, or comes and goes. The first that holds, the gravest first. */
export function vmTroubleOf(vm: Seen): VmTrouble | null {
  if (vm.state === 'creating' || vm.state === 'deleting') return null
  if (vm.state === 'crashed' || vm.state === 'unknown') return vm.state
  if (vm.silentSince !== null) return 'silent'
  if (vm.state === 'paused' && vm.pauseReason !== null && vm.pauseReason !== 'user') return 'paused-by-qemu'
  return powerDriftOf(vm)
}
