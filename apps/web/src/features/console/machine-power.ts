import { vmCan } from '@berth/core/vm/vm-can'
import { situationOf } from '@berth/core/vm/vm-situation'
import type { VmView } from '@berth/core/vm/vm-view'
import type { MachinePower } from './link-state.ts'

/** What a console may expect of a machine; undefined is one that does not exist (any more). */
export function machinePowerOf(vm: VmView | undefined): MachinePower {
  if (vm === undefined || vm.state === 'deleting') return 'gone'
  if (vm.state === 'unknown') return 'unknown'
  return vmCan.openConsole(situationOf(vm)).isAllowed ? 'on' : 'off'
}
