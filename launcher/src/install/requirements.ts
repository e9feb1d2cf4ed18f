/** Which programs of the system Berth needs, and what to do about missing ones. Decisions only; nothing is installed here. */
import type { LinuxSystem } from '../system/linux-system.ts'

const machinePackages = [
  'qemu-system-x86',
  'qemu-utils',
  'ovmf',
  'seabios',
  'ipxe-qemu',
  'util-linux',
  // The wall around the conversion of what users import, and cloud-init's discs.
  'bubblewrap',
  'libarchive-tools',
]
/** For bridges with NAT, which only root's agent makes; without root, machines use QEMU's own user-mode network. */
const networkPackages = ['dnsmasq-base', 'nftables', 'iproute2']
/** ping hears a machine on a bridge while it moves. Without it that goes the same, and one figure is missing. */
const listeningPackages = ['iputils-ping']

const machinePrograms = ['qemu-system-x86_64', 'qemu-img']

const foreignCommands: readonly (readonly [family: string, command: string])[] = [
  [
    'fedora',
    'sudo dnf install -y qemu-system-x86 qemu-img edk2-ovmf bubblewrap bsdtar dnsmasq nftables iproute iputils',
  ],
  ['rhel', 'sudo dnf install -y qemu-kvm qemu-img edk2-ovmf bubblewrap bsdtar dnsmasq nftables iproute iputils'],
  [
    'suse',
    'sudo zypper install -y qemu-x86 qemu-img qemu-ovmf-x86_64 bubblewrap bsdtar dnsmasq nftables iproute2 iputils',
  ],
  [
    'arch',
    'sudo pacman -S --needed --noconfirm qemu-system-x86 qemu-img edk2-ovmf bubblewrap libarchive dnsmasq nftables iproute2 iputils',
  ],
]

export function packagesToRun(system: LinuxSystem): string[] {
  return system.isRoot ? [...machinePackages, ...networkPackages] : machinePackages
}

/** Nothing is refused for want of these. */
export const packagesWorthHaving = (system: LinuxSystem): string[] => (system.isRoot ? listeningPackages : [])

export type Remedy =
  { kind: 'nothing' } | { kind: 'install'; packages: string[] } | { kind: 'ask-person'; message: string }

/** For Debian and its family, by package. */
export function remedyForPackages(system: LinuxSystem, missing: readonly string[]): Remedy {
  if (missing.length === 0) return { kind: 'nothing' }
  if (system.mayInstall) return { kind: 'install', packages: [...missing] }
  return {
    kind: 'ask-person',
    message: `Packages are missing and you may not install them. Run: ${aptCommand(missing)}`,
  }
}

/** For every other distribution, by program: Berth does not know its packages well enough to install them unasked. */
export function remedyForPrograms(system: LinuxSystem, presentPrograms: ReadonlySet<string>): Remedy {
  const missing = machinePrograms.filter((name) => !presentPrograms.has(name))
  if (missing.length === 0) return { kind: 'nothing' }
  const command = foreignCommands.find(([family]) => system.families.some((name) => name.includes(family)))?.[1]
  const advice = command ? `Run: ${command}` : 'Install QEMU for x86 with its tools, dnsmasq, nftables and iproute2.'
  return {
    kind: 'ask-person',
    message: `${missing.join(' and ')} missing; on ${system.prettyName} Berth does not install them itself. ${advice}`,
  }
}

export function aptCommand(packages: readonly string[]): string {
  return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`
}

export { machinePrograms }

/** Package lists in files: one or more names a line, `#` starts a comment. */
export function parsePackageList(text: string): string[] {
  return text
    .split('\n')
    .flatMap((line) => (line.split('#')[0] ?? '').split(/\s+/))
    .filter(Boolean)
}
