/**
 * Whether the guest finds the same processor there. It asked once, when it started, and uses what it found: a flag that is
 * missing there ends in an illegal instruction at any time after the move.
 */
import { can, cannot, listed, warns, type HostRule } from './host-rule.ts'
import type { MovingMachine } from './moving-machine.ts'

const namedAtMost = 8

export const sameProcessor: HostRule<MovingMachine> = {
  name: 'cpu-model',
  judge: (vm, host) => {
    const [here, there] = [vm.cpuFlags, host.cpuFlags]
    if (here === undefined || there === undefined) return judgeByModel(vm, host)
    const offered = new Set(there)
    const missing = here.filter((flag) => !offered.has(flag))
    if (missing.length > 0)
      return cannot(
        `the machine's processors have ${some(missing)}, and those there do not; it can go there when it is off`,
      )
    return host.cpuModel === vm.cpuModel ? [] : can(`its processors have all ${here.length} flags of the ones here`)
  },
}

/** By software emulation every host gives the guest the same processor. */
function judgeByModel(vm: MovingMachine, { cpuModel }: { readonly cpuModel: string }) {
  if (vm.acceleration === 'tcg' || cpuModel === vm.cpuModel) return []
  return warns(
    `its processors are another model (${cpuModel}; here ${vm.cpuModel}): what only the ones here can do, the guest must not use`,
  )
}

function some(flags: readonly string[]): string {
  const more = flags.length - namedAtMost
  return more > 0 ? `${flags.slice(0, namedAtMost).join(', ')} and ${more} more` : listed(flags)
}
