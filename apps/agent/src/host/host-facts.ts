/** What the host is, in the contract's words. What does not change while the kernel runs is read once. */
import { readFile } from 'node:fs/promises'
import { arch, hostname, release } from 'node:os'
import type { HostCheck, HostFacts } from '@berth/core/host/host'
import { listHostBridges } from '../network/host-bridges.ts'
import { readHostNics } from './host-nics.ts'
import { parseBootTimeMs, parseCpuInfo, parseOsName, readMeminfoBytes } from './host-readers.ts'
import { readKernelAbilities } from './kernel-abilities.ts'
import { readHugePages, readNumaNodes } from './memory-layout.ts'
import type { HostProbe } from './probe-host.ts'

/** Answers the facts as they are now; `extraChecks` are those of other parts, such as records that cannot be read. */
export async function createHostFacts(
  probe: HostProbe,
  extraChecks: () => readonly HostCheck[],
): Promise<() => Promise<HostFacts>> {
  const [osRelease, cpuInfo, memInfo, stat] = await Promise.all(
    ['/etc/os-release', '/proc/cpuinfo', '/proc/meminfo', '/proc/stat'].map((path) => readFile(path, 'utf8')),
  )
  const [numaNodes, abilities] = await Promise.all([readNumaNodes(), readKernelAbilities()])
  const cpu = parseCpuInfo(cpuInfo ?? '')
  const lasting = {
    osName: parseOsName(osRelease ?? ''),
    kernel: release(),
    architecture: arch(),
    cpuModel: cpu.model,
    cpuCount: cpu.count,
    ...(probe.cpuFlags && { cpuFlags: [...probe.cpuFlags] }),
    memoryBytes: readMeminfoBytes(memInfo ?? '', 'MemTotal') ?? 0,
    bootId: probe.bootId,
    bootedAt: new Date(parseBootTimeMs(stat ?? '')).toISOString(),
    isRoot: probe.isRoot,
    qemuVersion: probe.qemu.version,
    qemuPath: probe.qemuPath,
    defaultMachineType: probe.qemu.defaultMachineType,
    machineTypes: probe.qemu.machineTypes,
    acceleration: probe.acceleration,
    firmwares: probe.uefi === undefined ? (['bios'] as const) : (['bios', 'uefi'] as const),
    networkKinds: probe.networkKinds,
    numaNodes,
    abilities,
  }
  return async () => ({
    ...lasting,
    firmwares: [...lasting.firmwares],
    hostname: hostname(),
    nics: await readHostNics(),
    // An administrator may keep more of them while the agent runs.
    hugePages: await readHugePages(),
    // A tap is made and guarded by the same programs as on a NAT network.
    bridges: probe.networkKinds.includes('nat') ? await listHostBridges() : [],
    checks: [...probe.checks, ...extraChecks()],
  })
}
