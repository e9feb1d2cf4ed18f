import type { VmSituation } from './vm-can.ts'
import type { VmView } from './vm-view.ts'

/** What `vmCan` asks of a view. Apart from the view's schema, so that a list of machines loads no parser. */
export function situationOf(vm: VmView): VmSituation {
  return {
    state: vm.state,
    isProtected: vm.isProtected,
    hasProcess: vm.run !== null,
    isSilent: vm.silentSince !== null,
    busyWith: vm.operation?.title ?? null,
  }
}
