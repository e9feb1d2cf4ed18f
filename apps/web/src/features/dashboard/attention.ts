/** What on the dashboard wants somebody's eyes: the worst first. Pure. */
import type { HostView } from '@berth/core/host/host'
import type { OperationView } from '@berth/core/operation/operation'
import { type VmTrouble, vmTroubleOf } from '@berth/core/vm/vm-attention'
import type { VmView } from '@berth/core/vm/vm-view'
import { errorLine } from '../../lib/error-text.ts'
import { paths } from '../../lib/paths.ts'

export interface AttentionItem {
  id: string
  tone: 'bad' | 'warn'
  title: string
  detail: string
  href: string
  /** ISO 8601 */
  at: string
}

export interface AttentionSources {
  vms: readonly VmView[]
  hosts: readonly HostView[]
  operations: readonly OperationView[]
}

/** A pool this full stops machines that write. */
const fullPoolShare = 0.9

export function attentionOf({ vms, hosts, operations }: AttentionSources): AttentionItem[] {
  const items = [...hosts.flatMap(ofHost), ...vms.flatMap(ofVm), ...operations.flatMap(ofOperation)]
  return items.sort((a, b) => rank(a) - rank(b) || b.at.localeCompare(a.at))
}

const rank = (item: AttentionItem): number => (item.tone === 'bad' ? 0 : 1)

function ofHost(host: HostView): AttentionItem[] {
  const base = { href: paths.host(host.hostId), at: host.stateSince }
  const items: AttentionItem[] = []
  if (host.state === 'offline') {
    items.push({
      ...base,
      id: `${host.hostId}:offline`,
      tone: 'bad',
      title: `${host.name} does not answer`,
      detail: `The state of its ${host.committed.vmCount} machines is not known.`,
    })
  }
  for (const pool of host.pools) {
    const share = pool.totalBytes > 0 ? 1 - pool.freeBytes / pool.totalBytes : 0
    if (share < fullPoolShare) continue
    const title = `Pool ${pool.name} of ${host.name} is ${Math.round(share * 100)} % full`
    items.push({ ...base, id: `${host.hostId}:${pool.name}`, tone: 'warn', title, detail: 'Free or add space.' })
  }
  return items
}

function ofVm(vm: VmView): AttentionItem[] {
  const trouble = vmTroubleOf(vm)
  return trouble === null
    ? []
    : [{ id: vm.vmId, href: paths.machine(vm.vmId), at: vm.stateSince, ...told(vm, trouble) }]
}

function told(vm: VmView, trouble: VmTrouble): Pick<AttentionItem, 'tone' | 'title' | 'detail'> {
  const { name, lastExit } = vm
  switch (trouble) {
    case 'crashed':
      return {
        tone: 'bad',
        title: `${name} has crashed`,
        detail: lastExit?.message ?? 'Its guest panicked or QEMU ended.',
      }
    case 'unknown':
      return {
        tone: 'warn',
        title: `${name} is in an unknown state`,
        detail: `It was ${vm.lastKnownState} when its host was heard last.`,
      }
    case 'silent':
      return { tone: 'bad', title: `${name} does not respond`, detail: 'Its QEMU runs and does not answer.' }
    case 'paused-by-qemu': {
      const isDisk = vm.pauseReason === 'io-error'
      const detail = isDisk ? 'Its disk gave an error; is the pool full?' : `Reason: ${vm.pauseReason}.`
      return { tone: 'bad', title: `${name} was paused by QEMU`, detail }
    }
    case 'should-run':
      return { tone: 'warn', title: `${name} is off and should run`, detail: lastExit?.message ?? 'Start it again.' }
    case 'should-be-off':
      return { tone: 'warn', title: `${name} runs and should be off`, detail: 'It was started from elsewhere.' }
  }
}

function ofOperation(operation: OperationView): AttentionItem[] {
  const { operationId, status, title, error, endedAt, createdAt } = operation
  if (status !== 'failed' && status !== 'interrupted') return []
  return [
    {
      id: operationId,
      tone: status === 'failed' ? 'bad' : 'warn',
      title: status === 'failed' ? `${title} failed` : `${title} was interrupted, outcome unknown`,
      detail: error === null ? 'See its steps.' : errorLine(error),
      href: paths.task(operationId),
      at: endedAt ?? createdAt,
    },
  ]
}
