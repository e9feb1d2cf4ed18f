/** What a simulated host says that it is. That it is simulated stands in each place where somebody may look. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HostCheck, HostFacts } from '@berth/core/host/host'
import type { HostProbe } from '../host/probe-host.ts'
import type { SimHost } from './sim-host.ts'
import { simQemuVersion } from './sim-version.ts'

const isSimulated: HostCheck = {
  name: 'simulated host',
  status: 'ok',
  message: 'This host and its machines are simulated: nothing runs, and nothing is stored.',
}

export function simProbe({ place, bootId }: SimHost): HostProbe {
  const [defaultMachineType] = simQemuVersion.machineTypes
  return {
    qemuPath: '/usr/bin/qemu-system-x86_64',
    qemu: {
      version: simQemuVersion.text,
      packageVersion: simQemuVersion.packageVersion,
      machineTypes: [...simQemuVersion.machineTypes],
      defaultMachineType,
      gaps: [],
    },
    qemuKey: simQemuVersion.text,
    acceleration: { kind: 'kvm', reason: '' },
    uefi: firmwareIn(place.dataDir),
    users: { userOf: () => undefined, check: isSimulated },
    bootId,
    isRoot: true,
    networkKinds: ['user', 'nat'],
    checks: [isSimulated],
  }
}

/** Machines get a copy of the variables; what is in it nobody reads. */
function firmwareIn(dataDir: string): { codePath: string; varsTemplatePath: string } {
  const folder = join(dataDir, 'firmware')
  const paths = { codePath: join(folder, 'code.fd'), varsTemplatePath: join(folder, 'vars.fd') }
  mkdirSync(folder, { recursive: true, mode: 0o711 })
  for (const path of Object.values(paths)) if (!existsSync(path)) writeFileSync(path, 'A simulated firmware.\n')
  return paths
}

export function simFacts(host: SimHost, probe: HostProbe, extraChecks: readonly HostCheck[]): HostFacts {
  const { hardware, place } = host
  return {
    hostname: place.name,
    osName: 'Simulated host',
    kernel: 'simulated',
    architecture: 'x86_64',
    cpuModel: hardware.cpuModel,
    cpuCount: hardware.cpuCount,
    memoryBytes: hardware.memoryBytes,
    bootId: host.bootId,
    bootedAt: new Date(host.bootedAtMs).toISOString(),
    isRoot: probe.isRoot,
    qemuVersion: probe.qemu.version,
    qemuPath: probe.qemuPath,
    defaultMachineType: probe.qemu.defaultMachineType,
    machineTypes: probe.qemu.machineTypes,
    acceleration: probe.acceleration,
    firmwares: ['bios', 'uefi'],
    networkKinds: probe.networkKinds,
    nics: [{ name: 'eth0', mac: '52:54:00:00:00:01', addresses: [], speedMbps: 10_000, isUp: true, isBridge: false }],
    bridges: [],
    numaNodes: [],
    hugePages: [],
    abilities: { iommu: null, sev: null, nestedVirtualization: null, ksm: null },
    checks: [...probe.checks, ...extraChecks],
  }
}
