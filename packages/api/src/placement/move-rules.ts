/**
 * The rules that only a machine has that moves: the process there must be the same as the process here, and its disks must be
 * within its reach or find room. In the order in which they are told. One that is off has no process.
 */
import { cidrHolds } from '@berth/core/network/cidr'
import type { CandidateHost } from './candidate-host.ts'
import { reachesDisks } from './disk-rules.ts'
import { sameProcessor } from './processor-rule.ts'
import { can, cannot, warns, type HostRule } from './host-rule.ts'
import type { MovingMachine } from './moving-machine.ts'

type MoveRule = HostRule<MovingMachine>

const agentsMove: MoveRule = {
  name: 'agent',
  judge: (vm, { capabilities }) => {
    const [needed, what] = vm.isOn
      ? (['moves', 'machines'] as const)
      : (['off-moves', 'machines that are off'] as const)
    if (!vm.hostCapabilities.includes(needed))
      return cannot(`the agent of ${vm.hostName}, where the machine is, cannot move ${what}; update that one`)
    return capabilities.includes(needed) ? [] : cannot(`its agent cannot move ${what}; update it`)
  },
}

const sameArchitecture: MoveRule = {
  name: 'architecture',
  judge: (vm, { architecture }) =>
    architecture === vm.architecture
      ? []
      : cannot(`its processors are ${architecture}, the machine needs ${vm.architecture}`),
}

const sameAcceleration: MoveRule = {
  name: 'acceleration',
  judge: (vm, { acceleration }) => {
    if (acceleration.kind === vm.acceleration)
      return can(`it runs machines by ${accelerationWords[vm.acceleration]} too`)
    const why = acceleration.kind === 'tcg' && acceleration.reason !== '' ? ` (${acceleration.reason})` : ''
    return cannot(
      `it runs machines by ${accelerationWords[acceleration.kind]}${why}, this one runs by ${accelerationWords[vm.acceleration]}`,
    )
  },
}

const accelerationWords = { kvm: 'KVM', tcg: 'software emulation' } as const

/** QEMU loads what the same or an earlier version sent, and promises nothing of a later one. */
const newEnoughQemu: MoveRule = {
  name: 'qemu-version',
  judge: (vm, { qemuVersion }) => {
    const order = compareVersions(qemuVersion, vm.qemuVersion)
    if (order < 0) {
      const [needed] = /^[\d.]+/.exec(vm.qemuVersion) ?? [vm.qemuVersion]
      return cannot(
        `its QEMU ${qemuVersion} is older than ${vm.qemuVersion}, which runs the machine; update it to ${needed} or newer`,
      )
    }
    return can(`QEMU ${qemuVersion}${order > 0 ? `, newer than ${vm.qemuVersion}` : ', the same'}`)
  },
}

const hasMachineType: MoveRule = {
  name: 'machine-type',
  judge: (vm, { machineTypes, qemuVersion }) =>
    machineTypes.includes(vm.machineType)
      ? []
      : cannot(whyNoMachineType(vm.machineType, { machineTypes, qemuVersion })),
}

/** With what it has instead, and what would have to change: a newer QEMU there, or another host where it is too new. */
function whyNoMachineType(
  wanted: string,
  { machineTypes, qemuVersion }: Pick<CandidateHost, 'machineTypes' | 'qemuVersion'>,
): string {
  if (machineTypes.length === 0) return `it has told of no machine types, the machine needs ${wanted}`
  const says = `its QEMU ${qemuVersion} does not offer machine type ${wanted}`
  const { family, version } = machineTypeParts(wanted)
  const versions = machineTypes
    .map(machineTypeParts)
    .filter((type) => type.family === family)
    .map((type) => type.version)
    .sort(compareVersions)
  const [oldest, newest] = [versions[0], versions.at(-1)]
  if (oldest === undefined || newest === undefined) return `${says}, nor any other ${family}`
  // The types of a release come with it: its number is the one of the type.
  if (compareVersions(newest, version) < 0)
    return `${says}, its newest is ${family}-${newest}; update its QEMU to ${version} or newer`
  const has = `${family}-${oldest} to ${family}-${newest}`
  if (compareVersions(version, oldest) > 0)
    return `${says}, but others of ${has}; it needs a QEMU that has this one too`
  return `${says}, its oldest is ${family}-${oldest}, its newest ${family}-${newest}; that type was given up there, and only a host with an older QEMU takes the machine`
}

/** Of "pc-q35-7.2" both parts; a type of no version is a family of its own. */
function machineTypeParts(name: string): { readonly family: string; readonly version: string } {
  const [, family = name, version = '0'] = /^(.+)-(\d+(?:\.\d+)*)$/.exec(name) ?? []
  return { family, version }
}

const hasMoveNetwork: MoveRule = {
  name: 'move-network',
  judge: (_vm, { moveNetwork, addresses, capabilities }) => {
    if (moveNetwork === null) return []
    if (!capabilities.includes('move-network'))
      return cannot(`its agent cannot take machines by a network of their own (${moveNetwork}); update it`)
    const own = addresses.find((address) => cidrHolds(moveNetwork, address))
    if (own !== undefined) return can(`machines come to it by ${own}`)
    const has = addresses.length === 0 ? 'none at all' : addresses.join(', ')
    return cannot(`it has no address in its move network ${moveNetwork}, but ${has}`)
  },
}

const hasDisc: MoveRule = {
  name: 'disc',
  judge: (vm, { hostId }) => {
    if (vm.disc === null || vm.disc.hostIds.includes(hostId)) return []
    return cannot(`"${vm.disc.name}" is in the CD drive and does not lie there; eject it first`)
  },
}

/** What of a network is a host's own stays behind. */
const networkTravels: MoveRule = {
  name: 'connections',
  judge: (vm) => [
    ...(vm.networks.includes('nat')
      ? warns(
          `its address was leased by ${vm.hostName}'s NAT network; connections through that network break, and this host does not know the address as taken until the guest renews it`,
        )
      : []),
    ...(vm.networks.includes('user')
      ? warns("its open connections break: QEMU's user-mode network does not travel")
      : []),
  ],
}

/** Of a process: what is off starts there anew. */
const whileOn = ({ name, judge }: MoveRule): MoveRule => ({
  name,
  judge: (vm, host) => (vm.isOn ? judge(vm, host) : []),
})

export const moveRules: readonly MoveRule[] = [
  agentsMove,
  sameArchitecture,
  whileOn(sameAcceleration),
  whileOn(newEnoughQemu),
  hasMachineType,
  whileOn(sameProcessor),
  reachesDisks,
  hasMoveNetwork,
  hasDisc,
  whileOn(networkTravels),
]

/** Below 0: `a` is older. Of "7.2.22 (Debian 1:7.2+dfsg)" the numbers at the beginning count. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)]
  const differing = left.findIndex((number, index) => number !== right[index])
  return differing < 0 ? 0 : (left[differing] ?? 0) - (right[differing] ?? 0)
}

/** Always three: a part that is not there is 0. */
function numbersOf(version: string): readonly number[] {
  const [, major = 0, minor = 0, micro = 0] = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(version) ?? []
  return [Number(major), Number(minor), Number(micro)]
}
