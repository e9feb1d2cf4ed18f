import { describe, expect, it } from 'vitest'
import { newUuid, volumeIdSchema } from '@berth/core/ids/ids'
import { hostFitnessSchema } from '@berth/core/migration/move-fitness'
import { GiB } from '@berth/core/units/bytes'
import type { CandidateHost } from './candidate-host.ts'
import { bestOf, hostFitness } from './host-fitness.ts'
import type { MovingDisk, MovingMachine } from './moving-machine.ts'
import { makeCandidate } from './testing/make-candidate.ts'

const fast = { name: 'fast', freeBytes: 100 * GiB, sharedPoolId: 'pool-1', problem: null }

const sharedDisk: MovingDisk = {
  ...{ volumeId: volumeIdSchema.parse(newUuid()), format: 'qcow2', sizeBytes: 10 * GiB, allocatedBytes: 2 * GiB },
  ...{ pool: 'fast', sharedPoolId: 'pool-1', image: null, wishedPool: null },
}
const localDisk: MovingDisk = { ...sharedDisk, pool: 'default', sharedPoolId: null }

const vm: MovingMachine = {
  ...{
    hostId: newUuid(),
    hostName: 'host-a',
    hostCapabilities: ['moves', 'mirror', 'off-moves'],
    isOn: true,
    vcpus: 2,
    memoryBytes: 4 * GiB,
    firmware: 'bios',
    networks: [],
  },
  ...{ machineType: 'pc-q35-7.2', architecture: 'x86_64', cpuModel: 'EPYC 7543', qemuVersion: '7.2.22' },
  acceleration: 'kvm',
  disks: [sharedDisk],
  disc: null,
}

const host = (name: string, change: Partial<CandidateHost> = {}): CandidateHost =>
  makeCandidate(name, { hostId: newUuid(), pools: [fast], ...change })

function judge(change: Partial<CandidateHost>, vmChange: Partial<MovingMachine> = {}) {
  const [fitness] = hostFitness({ ...vm, ...vmChange }, [host('host-b', change)])
  return hostFitnessSchema.parse(fitness)
}

type Row = readonly [rule: string, text: RegExp, host: Partial<CandidateHost>, vm?: Partial<MovingMachine>]

const own = { name: 'default', freeBytes: GiB, sharedPoolId: null, problem: null }
const refusals: readonly Row[] = [
  ['online', /^The host is offline since 2026-11-23 03:05 UTC\.$/, { state: 'offline' }],
  ['online', /^The host has not joined yet\.$/, { state: 'joining' }],
  ['maintenance', /^The host is in maintenance\.$/, { isInMaintenance: true }],
  ['agent', /^Its agent cannot move machines; update it\.$/, { capabilities: ['consoles'] }],
  [
    'agent',
    /^The agent of host-a, where the machine is, cannot move machines; update that one\.$/,
    {},
    { hostCapabilities: [] },
  ],
  ['architecture', /^Its processors are aarch64, the machine needs x86_64\.$/, { architecture: 'aarch64' }],
  [
    'acceleration',
    /^It runs machines by software emulation \(no vmx\), this one runs by KVM\.$/,
    { acceleration: { kind: 'tcg', reason: 'no vmx' } },
  ],
  ['acceleration', /^It runs machines by KVM, this one runs by software emulation\.$/, {}, { acceleration: 'tcg' }],
  [
    'qemu-version',
    /^Its QEMU 7\.2\.9 \(Debian\) is older than 7\.2\.22, which runs the machine; update it to 7\.2\.22 or newer\.$/,
    { qemuVersion: '7.2.9 (Debian)' },
  ],
  [
    'machine-type',
    /^Its QEMU 7\.2\.22 does not offer machine type pc-q35-9\.1, its newest is pc-q35-7\.10; update its QEMU to 9\.1 or newer\.$/,
    { machineTypes: ['pc-q35-7.2', 'pc-q35-7.10', 'pc-i440fx-9.0'] },
    { machineType: 'pc-q35-9.1' },
  ],
  [
    'machine-type',
    /type pc-q35-7\.2, its oldest is pc-q35-8\.0, its newest pc-q35-10\.0; that type was given up there, and only a host with an older/,
    { machineTypes: ['pc-q35-10.0', 'pc-q35-8.0'] },
  ],
  [
    'machine-type',
    /type pc-q35-7\.2, but others of pc-q35-7\.1 to pc-q35-8\.0; it needs a QEMU that has this one too\.$/,
    { machineTypes: ['pc-q35-8.0', 'pc-q35-7.1'] },
  ],
  [
    'machine-type',
    /does not offer machine type pc-q35-7\.2, nor any other pc-q35\.$/,
    { machineTypes: ['pc-i440fx-7.2'] },
  ],
  ['machine-type', /^It has told of no machine types, the machine needs pc-q35-7\.2\.$/, { machineTypes: [] }],
  ['firmware', /^It has no UEFI firmware\.$/, {}, { firmware: 'uefi' }],
  ['vcpus', /^33 vCPUs asked, at most 32 on 4 processors\.$/, {}, { vcpus: 33 }],
  ['memory', /^4 GiB of memory asked, 2\.4 GiB free of 16 GiB\.$/, { committedMemoryBytes: 12 * GiB }],
  ['memory', /^4 GiB of memory asked, 0 B free of 16 GiB\.$/, { committedMemoryBytes: 20 * GiB }],
  [
    'move-network',
    /no address in its move network 10\.78\.0\.0\/24, but 10\.0\.0\.7, 10\.77\.0\.7\.$/,
    { moveNetwork: '10.78.0.0/24' },
  ],
  [
    'move-network',
    /^Its agent cannot take machines by a network of their own \(10\.77\.0\.0\/24\); update it\.$/,
    { moveNetwork: '10.77.0.0/24', capabilities: ['moves', 'mirror'] },
  ],
  [
    'networks',
    /^It has no network of the kind "nat" and bridge br0\.$/,
    { networks: [] },
    { networks: ['nat', 'bridge br0'] },
  ],
  [
    'disks',
    /^Disk 1 \(10 GiB\) fits into none of its pools \("default": 2 GiB needed, 1 GiB free\)\.$/,
    { pools: [own] },
    { disks: [localDisk] },
  ],
  [
    'disks',
    /^Disk 1 \(10 GiB\) would have to travel, and its agent cannot take them; update it\.$/,
    { capabilities: ['moves'] },
    { disks: [localDisk] },
  ],
  [
    'disks',
    /^Disk 1 \(10 GiB\) and disk 2 \(10 GiB\) would have to travel, and the agent of host-a, where the machine is, cannot send/,
    {},
    { disks: [localDisk, localDisk], hostCapabilities: ['moves'] },
  ],
  ['disks', /^Disk 1 \(10 GiB\) lies in the shared pool "fast", which it does not have\.$/, { pools: [] }],
  ['disks', /and its own "fast" is another one\.$/, { pools: [{ ...fast, sharedPoolId: 'pool-2' }] }],
  ['disks', /does not work there: not mounted\.$/, { pools: [{ ...fast, problem: 'not mounted' }] }],
  [
    'disc',
    /^"debian\.iso" is in the CD drive and does not lie there/,
    {},
    { disc: { name: 'debian.iso', hostIds: [] } },
  ],
]

describe('a host that cannot', () => {
  for (const [rule, text, change, vmChange] of refusals) {
    it(`${rule}: ${text.source}`, () => {
      const { verdict, reasons } = judge(change, vmChange)
      expect(verdict).toBe('cannot')
      expect(reasons[0]).toMatchObject({ rule, verdict: 'cannot' })
      expect(reasons[0]?.text).toMatch(text)
    })
  }

  it('names each disk that is out of its reach', () => {
    const big = { ...localDisk, allocatedBytes: 200 * GiB, sizeBytes: 200 * GiB }
    const { reasons } = judge({ pools: [fast, own] }, { disks: [big, ...vm.disks, big] })
    const against = reasons.filter(({ verdict }) => verdict === 'cannot').map(({ text }) => text.slice(0, 6))
    expect(against).toEqual(['Disk 1', 'Disk 3'])
  })
})

const warnings: readonly Row[] = [
  ['cpu-model', /^Its processors are another model \(Xeon; here EPYC 7543\)/, { cpuModel: 'Xeon' }],
  ['connections', /leased by host-a's NAT network/, {}, { networks: ['nat'] }],
  ['connections', /^Its open connections break/, {}, { networks: ['user'] }],
]

for (const [rule, text, change, vmChange] of warnings) {
  it(`warns for ${rule}: ${text.source}`, () => {
    const { verdict, reasons } = judge(change, vmChange)
    expect(verdict).toBe('warning')
    expect(reasons[0]).toMatchObject({ rule, verdict: 'warning' })
    expect(reasons[0]?.text).toMatch(text)
  })
}

describe('a host that can', () => {
  it('says what speaks for it, with numbers', () => {
    const { verdict, reasons, freeMemoryAfterBytes } = judge({})
    expect(verdict).toBe('can')
    expect(reasons.map(({ rule }) => rule)).toEqual(['online', 'memory', 'acceleration', 'qemu-version', 'disks'])
    expect(freeMemoryAfterBytes).toBe(Math.floor(14.4 * GiB) - 4 * GiB)
  })

  it('may have a newer QEMU, another processor under emulation, and the bridge', () => {
    const emulated = { acceleration: { kind: 'tcg', reason: '' }, cpuModel: 'Xeon', networks: ['bridge br0'] } as const
    const { verdict, reasons } = judge(
      { ...emulated, qemuVersion: '8.0.0' },
      { acceleration: 'tcg', networks: ['bridge br0'] },
    )
    expect(verdict).toBe('can')
    expect(reasons.find(({ rule }) => rule === 'qemu-version')?.text).toBe('QEMU 8.0.0, newer than 7.2.22.')
  })

  it('takes a disk along, and says where it goes and what that takes', () => {
    const { verdict, reasons, disks } = judge({ pools: [own, fast] }, { disks: [localDisk, sharedDisk] })
    expect(verdict).toBe('can')
    expect(reasons.filter(({ rule }) => rule === 'disks').map(({ text }) => text)).toEqual([
      'It sees 1 of 2 disks.',
      'Disk 1 (10 GiB) travels into pool "fast": 2 GiB of 100 GiB free.',
    ])
    expect(disks).toMatchObject([
      { kind: 'travels', targetPool: 'fast' },
      { kind: 'stays', pool: 'fast' },
    ])
  })

  it('has the disc of the drive', () => {
    const there = host('host-b')
    const disc = { name: 'debian.iso', hostIds: [there.hostId] }
    expect(hostFitness({ ...vm, disc }, [there])[0]?.verdict).toBe('can')
  })
})

describe('a machine that is off', () => {
  const off = { isOn: false } as const

  it('asks for no process like its last one', () => {
    const { verdict, reasons } = judge(
      { acceleration: { kind: 'tcg', reason: '' }, qemuVersion: '7.0.0', cpuModel: 'Xeon' },
      { ...off, networks: [] },
    )
    expect(verdict).toBe('can')
    expect(reasons.map(({ rule }) => rule)).toEqual(['online', 'memory', 'disks'])
  })

  it('needs agents that move it so', () => {
    const { reasons } = judge({ capabilities: ['moves', 'mirror'] }, off)
    expect(reasons[0]).toMatchObject({
      rule: 'agent',
      text: 'Its agent cannot move machines that are off; update it.',
    })
  })

  it('goes where it could not start now, with a warning', () => {
    const { verdict, reasons } = judge({ committedMemoryBytes: 12 * GiB }, off)
    expect(verdict).toBe('warning')
    expect(reasons[0]?.text).toBe('It could not start there now: 4 GiB of memory asked, 2.4 GiB free of 16 GiB.')
  })

  it('needs its machine type and its disks all the same', () => {
    expect(judge({ machineTypes: [] }, off).verdict).toBe('cannot')
    expect(judge({ pools: [] }, off).verdict).toBe('cannot')
  })
})

describe('the order', () => {
  const here = host('host-a', { hostId: vm.hostId })
  const hosts = [
    here,
    host('full', { committedMemoryBytes: 14 * GiB }),
    host('warned', { cpuModel: 'Xeon' }),
    host('small', { committedMemoryBytes: 2 * GiB }),
    host('large-b'),
    host('large-a'),
  ]

  it('puts hosts that can first, then by the memory left, then by name; the same in whatever order they come', () => {
    const names = (list: readonly CandidateHost[]) => hostFitness(vm, list).map(({ name }) => name)
    expect(names(hosts)).toEqual(['large-a', 'large-b', 'small', 'warned', 'host-a', 'full'])
    expect(names(hosts.toReversed())).toEqual(names(hosts))
  })

  it('does not offer the host that the machine is on, and answers nobody where none can', () => {
    const fitness = hostFitness(vm, hosts)
    expect(bestOf(fitness)?.name).toBe('large-a')
    expect(fitness.find(({ isCurrent }) => isCurrent)).toMatchObject({
      verdict: 'cannot',
      reasons: [{ rule: 'current', text: 'The machine is on it now.' }],
    })
    expect(bestOf(hostFitness(vm, [here]))).toBeNull()
  })
})
