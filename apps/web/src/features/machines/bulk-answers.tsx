import { InlineAlert } from '@berth/ui/inline-alert'
import type { VmView } from '@berth/core/vm/vm-view'
import { errorLine } from '../../lib/error-text.ts'
import type { BulkResult } from './run-bulk.ts'

/** Of those that are ticked, how many and which can; the others each with their reason. */
export function WhoCan({ vms, refusalOf }: { vms: readonly VmView[]; refusalOf: (vm: VmView) => string | null }) {
  const asked = vms.filter((vm) => refusalOf(vm) === null)
  const cannot = vms.filter((vm) => refusalOf(vm) !== null)
  return (
    <>
      <p className="text-ink-2">
        {cannot.length === 0 ? `All ${vms.length} can.` : `${asked.length} of ${vms.length} can.`}{' '}
        <span className="text-ink font-medium">{asked.map((vm) => vm.name).join(', ')}</span>
      </p>
      {cannot.length > 0 && (
        <ul aria-label="Cannot" className="text-ink-3 flex max-h-40 flex-col gap-1 overflow-y-auto text-xs">
          {cannot.map((vm) => (
            <li key={vm.vmId}>
              <span className="text-ink-2 font-medium">{vm.name}</span>: {refusalOf(vm)}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

export function Failures({ failed, vms }: { failed: readonly BulkResult[]; vms: readonly VmView[] }) {
  const nameOf = (id: string) => vms.find((vm) => vm.vmId === id)?.name ?? id
  return (
    <InlineAlert tone="bad" title={`${failed.length} refused`}>
      <ul className="flex flex-col gap-1">
        {failed.map(({ id, error }) => (
          <li key={id}>
            {nameOf(id)}: {errorLine(error)}
          </li>
        ))}
      </ul>
    </InlineAlert>
  )
}
