/** What the host is, in the contract's words. What does not change while the kernel runs is read once, the rest each time. */
import { readFile } from 'node:fs/promises'
import { arch, hostname, release } from 'node:os'
import type { HostCheck, HostFacts } from '@berth/core/host/host'
import { listHostBridges } from '../network/host-bridges.ts'
import { readHostNics } from './host-nics.ts'
import { parseBootTimeMs, parseCpuInfo, parseOsName, readMeminfoBytes } from './host-readers.ts'
import { readKernelAbilities } from './kernel-abilities.ts'
import { readHugePages, readNumaNodes } from './memory-layout.ts'
import type { HostProbe } from './probe-host.ts'

/**
 * Answers the facts as they are when it is called, of the probe that `probe` answers then; `extraChecks` are those of other
 * parts, such as records that cannot be read.
 */
export async function createHostFacts(
  probe: () => HostProbe,
  extraChecks: () => readonly HostCheck[],
): Promise<() => Promise<HostFacts>> {
  const [stat, numaNodes] = await Promise.all([readFile('/proc/stat', 'utf8'), readNumaNodes()])
  const lasting = {
    kernel: release(),
    architecture: arch(),
    // Worked out from the clock: read again, it would change with each correction of that.
    bootedAt: new Date(parseBootTimeMs(stat)).toISOString(),
    numaNodes,
  }
  const processors = createProcessorReader()
  return async () => {
    const now = probe()
    const hasTaps = now.networkKinds.includes('nat')
    return {
      ...lasting,
      ...probedFacts(now),
      ...(await processors()),
      osName: parseOsName(await readFile('/etc/os-release', 'utf8')),
      memoryBytes: readMeminfoBytes(await readFile('/proc/meminfo', 'utf8'), 'MemTotal') ?? 0,
      hostname: hostname(),
      nics: await readHostNics(),
      hugePages: await readHugePages(),
      abilities: await readKernelAbilities(),
      // A tap is made and guarded by the same programs as on a NAT network.
      bridges: hasTaps ? await listHostBridges() : [],
      checks: [...now.checks, ...extraChecks()],
    }
  }
}

const probedFacts = (probe: HostProbe) => ({
  ...(probe.cpuFlags && { cpuFlags: [...probe.cpuFlags] }),
  bootId: probe.bootId,
  isRoot: probe.isRoot,
  qemuVersion: probe.qemu.version,
  qemuPath: probe.qemuPath,
  defaultMachineType: probe.qemu.defaultMachineType,
  machineTypes: probe.qemu.machineTypes,
  acceleration: probe.acceleration,
  firmwares: probe.uefi === undefined ? ['bios' as const] : ['bios' as const, 'uefi' as const],
  networkKinds: probe.networkKinds,
})

/** /proc/cpuinfo asks each processor for its frequency, and wakes those that sleep: read only when others are online. */
function createProcessorReader(): () => Promise<Pick<HostFacts, 'cpuModel' | 'cpuCount'>> {
  let known: { readonly online: string; readonly cpuModel: string; readonly cpuCount: number } | undefined
  return async () => {
    const online = await readFile('/sys/devices/system/cpu/online', 'utf8')
    if (known?.online !== online) {
      const { model, count } = parseCpuInfo(await readFile('/proc/cpuinfo', 'utf8'))
      known = { online, cpuModel: model, cpuCount: count }
    }
    return { cpuModel: known.cpuModel, cpuCount: known.cpuCount }
  }
}
