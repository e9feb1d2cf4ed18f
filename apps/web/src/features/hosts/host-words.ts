/** How a host reads: its state, its clock, its processors and memory in sentences, and its facts as text to paste. */
import type { AgentCapability, AgentFit } from '@berth/core/host/agent-capabilities'
import type { HostCheck, HostView } from '@berth/core/host/host'
import type { StateKind } from '@berth/ui/state-dot'
import { formatBytes, formatDuration, formatUsed, plural } from '../../lib/format.ts'

export const hostStateLooks: Readonly<Record<HostView['state'], { kind: StateKind; word: string }>> = {
  joining: { kind: 'busy', word: 'Joining' },
  online: { kind: 'on', word: 'Online' },
  offline: { kind: 'unknown', word: 'Offline' },
}

export const revokedLook: { kind: StateKind; word: string } = { kind: 'failed', word: 'Revoked' }

export const checkLooks: Readonly<Record<HostCheck['status'], { kind: StateKind; word: string }>> = {
  ok: { kind: 'on', word: 'OK' },
  warning: { kind: 'warn', word: 'Warning' },
  failed: { kind: 'failed', word: 'Failed' },
}

/** When it was heard last, by the panel's clock, in ms: its figures come more often than its row is written. */
export function lastHeardMs({ seenAt, gauges, clockSkewMs }: HostView): number | null {
  if (seenAt === null) return null
  const figuresAt = gauges === null ? 0 : Date.parse(gauges.at) - (clockSkewMs ?? 0)
  return Math.max(Date.parse(seenAt), figuresAt)
}

/** Failed ones first, then warnings: what needs a reader. */
export function checksByNeed(checks: readonly HostCheck[]): HostCheck[] {
  const rank = { failed: 0, warning: 1, ok: 2 }
  return checks.toSorted((a, b) => rank[a.status] - rank[b.status])
}

/** "All 6 checks pass", "1 warning", "2 failed, 1 warning" */
export function checksSummary(checks: readonly HostCheck[]): string {
  const failed = checks.filter((check) => check.status === 'failed').length
  const warnings = checks.filter((check) => check.status === 'warning').length
  if (failed === 0 && warnings === 0)
    return checks.length === 1 ? 'Its check passes' : `All ${checks.length} checks pass`
  return [failed > 0 ? `${failed} failed` : '', warnings > 0 ? plural(warnings, 'warning') : '']
    .filter(Boolean)
    .join(', ')
}

const missingWords: Readonly<Record<AgentCapability, string>> = {
  consoles: 'consoles cannot be opened',
  metrics: 'there are no graphs',
  renewal: 'its certificate is not renewed: join it again before that ends',
  refusals: 'it does not hear of other hosts that are revoked',
  moves: 'machines cannot be moved to or from it',
  pools: 'it has no shared pools',
  'nfs-pools': 'it mounts no NFS exports for shared pools',
  mirror: 'machines move to or from it only where both hosts see their disks',
  'off-moves': 'machines that are off cannot be moved to or from it',
  'move-network': 'machines cannot come to it by a network of their own',
  'disk-moves': 'disks of its machines cannot go into another pool',
  'image-transfer': 'images are not sent to or from it',
  forecast: 'moves to or from it are neither forecast nor rehearsed',
  'move-options': 'moves to or from it neither slow the guest down nor switch early, and their bandwidth is fixed',
}

/** What an agent of another version means here; null for one that fits. */
export function agentFitText(fit: AgentFit): { title: string; text: string } | null {
  if (fit.kind === 'incompatible') {
    const isOlder = fit.agentVersion < fit.panelVersion
    return {
      title: `The agent is too ${isOlder ? 'old' : 'new'} for this panel`,
      text: `It speaks version ${fit.agentVersion} of the contract, the panel ${fit.panelVersion}. Nothing can be done on this host until ${isOlder ? 'its agent' : 'the panel'} is updated; its machines run on.`,
    }
  }
  if (fit.kind !== 'partial') return null
  const lacks = fit.missing.map((name) => missingWords[name]).join('; ')
  return { title: 'The agent is older than this panel', text: `Everything else works, but ${lacks}.` }
}

/** Beyond this, certificates and times in logs begin to disagree. */
const skewNoticeMs = 2_000

export interface ClockText {
  text: string
  isOff: boolean
}

/** `skewMs`: the host's clock minus the panel's. */
export function clockText(skewMs: number | null): ClockText {
  if (skewMs === null) return { text: 'not known', isOff: false }
  const size = Math.abs(skewMs)
  if (size < 50) return { text: 'in step with the panel', isOff: false }
  const direction = skewMs > 0 ? 'ahead of' : 'behind'
  return { text: `${formatDuration(size)} ${direction} the panel`, isOff: size > skewNoticeMs }
}

/** What running machines may use of the memory: "2 of 23.5 GiB". */
export function memoryCommittedText({ committed, facts }: HostView): string | null {
  return facts === null ? null : formatUsed(committed.memoryBytes, facts.memoryBytes)
}

interface MachineTotals {
  readonly state: HostView['state']
  readonly committed: Pick<HostView['committed'], 'vmCount' | 'runningVmCount'>
}

/** "3 machines, 2 running"; how many run is not known of a host that is silent. */
export function machinesText({ committed: { vmCount, runningVmCount }, state }: MachineTotals): string {
  const total = plural(vmCount, 'machine')
  if (vmCount === 0) return 'No machines'
  return state === 'online'
    ? `${total}, ${runningVmCount} running`
    : `${total}, ${runningVmCount} running when last heard`
}

/** "4 vCPUs on 2 processors · 2.0 per processor" */
export function vcpuText({ committed, facts }: HostView): string | null {
  if (facts === null || facts.cpuCount === 0) return null
  const ratio = (committed.vcpus / facts.cpuCount).toFixed(1)
  return `${plural(committed.vcpus, 'vCPU')} on ${plural(facts.cpuCount, 'processor')} · ${ratio} per processor`
}

/** All facts as lines, for a ticket. */
export function factsText({ name, hostId, address, agentVersion, facts, pools }: HostView): string {
  const lines = [`Host: ${name}`, `Id: ${hostId}`, `Address: ${address}`, `Agent: ${agentVersion ?? 'unknown'}`]
  if (facts !== null) {
    const { acceleration } = facts
    const how = acceleration.kind === 'kvm' ? 'KVM' : `software emulation (${acceleration.reason})`
    lines.push(
      `Hostname: ${facts.hostname}`,
      `System: ${facts.osName}, kernel ${facts.kernel}, ${facts.architecture}`,
      `Processor: ${facts.cpuModel}, ${facts.cpuCount}`,
      `Memory: ${formatBytes(facts.memoryBytes)}`,
      `QEMU: ${facts.qemuVersion} at ${facts.qemuPath}, ${facts.defaultMachineType}`,
      `Acceleration: ${how}`,
      `Firmware: ${facts.firmwares.join(', ')}`,
      `Networks: ${facts.networkKinds.join(', ')}`,
      ...facts.nics.map((nic) => `NIC: ${nic.name} ${nic.mac} ${nic.addresses.join(' ')}`.trimEnd()),
      ...facts.checks.map((check) => `Check ${check.name}: ${check.status}, ${check.message}`),
    )
  }
  const used = (total: number, free: number) => formatUsed(total - free, total)
  return [
    ...lines,
    ...pools.map((pool) => `Pool ${pool.name}: ${pool.path}, ${used(pool.totalBytes, pool.freeBytes)} used`),
  ].join('\n')
}
