/** What on the dashboard wants somebody's eyes: the worst first. Pure. */
import type { HostView } from '@berth/core/host/host'
import type { OperationView } from '@berth/core/operation/operation'
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
  const base = { id: vm.vmId, href: paths.machine(vm.vmId), at: vm.stateSince }
  if (vm.state === 'crashed') {
    const detail = vm.lastExit?.message ?? 'Its guest panicked or QEMU ended.'
    return [{ ...base, tone: 'bad', title: `${vm.name} has crashed`, detail }]
  }
  if (vm.state === 'unknown') {
    const detail = `It was ${vm.lastKnownState} when its host was heard last.`
    return [{ ...base, tone: 'warn', title: `${vm.name} is in an unknown state`, detail }]
  }
  if (vm.state === 'paused' && vm.pauseReason !== null && vm.pauseReason !== 'user') {
    const detail =
      vm.pauseReason === 'io-error' ? 'Its disk gave an error; is the pool full?' : `Reason: ${vm.pauseReason}.`
    return [{ ...base, tone: 'bad', title: `${vm.name} was paused by QEMU`, detail }]
  }
  return []
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
