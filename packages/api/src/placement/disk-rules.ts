/** The rule about a moving machine's disks, and about what the agents on both sides must know for it. */
import { formatBytes } from '@berth/core/units/bytes'
import type { TravellingDisk } from '@berth/core/migration/disk-plan'
import { can, cannot, listed, warns, type HostRule, type Judgement } from './host-rule.ts'
import { diskWords, planDisks } from './plan-disks.ts'
import type { MovingMachine } from './moving-machine.ts'

export const reachesDisks: HostRule<MovingMachine> = {
  name: 'disks',
  judge: (vm, host) => {
    const plans = planDisks(vm.disks, host)
    const stuck = plans.flatMap((plan) => (plan.kind === 'stuck' ? cannot(plan.why) : []))
    if (stuck.length > 0) return stuck
    const travelling = plans.filter((plan) => plan.kind === 'travels')
    const objection = travelling.length === 0 ? null : carryObjection(vm, host.capabilities)
    if (objection !== null) {
      return cannot(`${listed(travelling.map(diskWords))} would have to travel, and ${objection}`)
    }
    return [...seen(plans.length - travelling.length, plans.length), ...travelling.flatMap(told)]
  },
}

function seen(staying: number, all: number): readonly Judgement[] {
  if (staying === 0) return []
  if (all === 1) return can('it sees the disk')
  return can(staying === all ? `it sees all ${all} disks` : `it sees ${staying} of ${all} disks`)
}

function carryObjection(vm: MovingMachine, capabilities: readonly string[]): string | null {
  if (!vm.hostCapabilities.includes('mirror')) {
    return `the agent of ${vm.hostName}, where the machine is, cannot send them; update that one`
  }
  return capabilities.includes('mirror') ? null : 'its agent cannot take them; update it'
}

function told(disk: TravellingDisk): readonly Judgement[] {
  const { targetPool, needBytes, isFlattened, sentImageBytes, choices } = disk
  const free = choices.find(({ pool }) => pool === targetPool)?.freeBytes ?? 0
  const whole = isFlattened ? ', as a whole, because its image does not lie there' : ''
  return [
    ...(sentImageBytes === 0
      ? []
      : warns(`the image of ${diskWords(disk)}, ${formatBytes(sentImageBytes)}, is sent there first`)),
    ...can(
      `${diskWords(disk)} travels into pool "${targetPool}": ${formatBytes(needBytes)} of ${formatBytes(free)} free${whole}`,
    ),
  ]
}
