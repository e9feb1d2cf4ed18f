/**
 * Which hosts can take a machine, each with every reason: a pure function of what is known. The dialog shows it, the
 * procedure refuses by it, and the task asks it again when it runs. Hosts that can come before those with a warning, and among
 * equals the one with the most memory left; names tell the rest apart, so that the same picture gives the same order.
 */
import type { FitnessReason, HostFitness } from '@berth/core/migration/move-fitness'
import { hostIdSchema } from '@berth/core/ids/ids'
import { freeMemoryBytesOf, type CandidateHost } from './candidate-host.ts'
import { sentenceOf, type Judgement } from './host-rule.ts'
import { moveRules } from './move-rules.ts'
import type { MovingMachine } from './moving-machine.ts'
import { planDisks } from './plan-disks.ts'
import { roomRules } from './room-rules.ts'

/** In the order in which they are told; those that need a host's answer first. */
const rules = [...roomRules, ...moveRules]

const merit: Readonly<Record<FitnessReason['verdict'], number>> = { can: 2, warning: 1, cannot: 0 }

/** `hosts` as they would be without this machine: its own memory is not committed anywhere. */
export function hostFitness(vm: MovingMachine, hosts: readonly CandidateHost[]): HostFitness[] {
  return hosts.map((host) => fitnessOf(vm, host)).sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1))
}

/** The first that can be chosen; null where none can. */
export const bestOf = (hosts: readonly HostFitness[]): HostFitness | null =>
  hosts.find(({ verdict }) => verdict !== 'cannot') ?? null

function fitnessOf(vm: MovingMachine, host: CandidateHost): HostFitness {
  const isCurrent = host.hostId === vm.hostId
  const reasons = isCurrent ? [isHere] : reasonsOf(vm, host)
  const verdict = reasons[0]?.verdict ?? 'can'
  const freeMemoryAfterBytes = freeMemoryBytesOf(host) - vm.memoryBytes
  return {
    hostId: hostIdSchema.parse(host.hostId),
    name: host.name,
    verdict,
    isCurrent,
    reasons,
    memoryBytes: host.memoryBytes,
    freeMemoryAfterBytes,
    disks: isCurrent ? [] : planDisks(vm.disks, host),
    score: merit[verdict] + Math.max(0, freeMemoryAfterBytes) / 2 ** 53,
  }
}

const isHere: FitnessReason = { rule: 'current', verdict: 'cannot', text: 'The machine is on it now.' }

/** Those that speak against it first. */
function reasonsOf(vm: MovingMachine, host: CandidateHost): FitnessReason[] {
  const reasons = rules.flatMap(({ name, judge }) =>
    judge(vm, host).map((judgement) => {
      const { verdict, says } = vm.isOn || name !== 'memory' ? judgement : forLater(judgement)
      return { rule: name, verdict, text: sentenceOf(says) }
    }),
  )
  return reasons.sort((a, b) => merit[a.verdict] - merit[b.verdict])
}

/** What is off takes no memory there yet. */
const forLater = ({ verdict, says }: Judgement): Judgement =>
  verdict === 'cannot' ? { verdict: 'warning', says: `it could not start there now: ${says}` } : { verdict, says }
