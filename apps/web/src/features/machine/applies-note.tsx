import type { VmView } from '@berth/core/vm/vm-view'
import { appliesWhen, type FieldName } from './hardware-draft.ts'

/** Beside each field: whether a change takes effect at once. */
export function AppliesNote({ field, vm }: { field: FieldName; vm: VmView }) {
  return <>{appliesWhen(field, vm) === 'live' ? 'changes live' : 'changes at the next start'}</>
}
