import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { buildQemuArgv } from './argv.ts'
import type { QemuConfig } from './qemu-config.ts'
import { runDirPaths } from './run-dir.ts'

const vmId = '019e7a10-0000-7000-8000-000000000001'
const minimal: QemuConfig = {
  vmId,
  vcpus: 1,
  memoryBytes: 128 * 1024 * 1024,
  machineType: 'pc-q35-7.2',
  acceleration: 'tcg',
  cpuModel: 'max',
  firmware: { kind: 'bios' },
  disks: [],
  cdroms: [],
  nics: [],
  paths: runDirPaths('/run/berth', vmId),
  hasScreen: false,
}
const volumeId = '019e7a10-1111-7000-8000-00000000000a'
const full: QemuConfig = {
  ...minimal,
  vcpus: 4,
  memoryBytes: 8 * 1024 * 1024 * 1024,
  acceleration: 'kvm',
  cpuModel: 'host',
  firmware: { kind: 'uefi', codePath: '/usr/share/OVMF/OVMF_CODE_4M.fd', varsPath: '/pool/vars,1.fd' },
  disks: [
    {
      volumeId,
      path: '/pool/a,file.driver=nbd.qcow2',
      format: 'qcow2',
      backing: { path: '/pool/base.qcow2', format: 'qcow2' },
      bootIndex: 1,
      isDirect: true,
    },
    { volumeId, path: '/pool/b.qcow2', format: 'qcow2', backing: null, slot: 9, isDirect: false },
    { volumeId, path: '/pool/c.raw', format: 'raw', slot: 3, isReadOnly: true, isDirect: true },
  ],
  cdroms: [
    { path: '/pool/seed.iso', bus: 'virtio-scsi' },
    { path: '/pool/install.iso', bus: 'sata', bootIndex: 2, name: 'cdrom', nodeName: 'cd-7000800000000000000d' },
    { path: null, bus: 'sata' },
  ],
  nics: [
    {
      nicId: '019e7a10-2222-7000-8000-00000000000b',
      mac: '52:54:00:12:34:56',
      backend: {
        kind: 'user',
        hostForwards: [{ protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: 2222, guestPort: 22 }],
      },
    },
    {
      nicId: '019e7a10-2222-7000-8000-00000000000c',
      mac: '52:54:00:12:34:57',
      bootIndex: 3,
      backend: { kind: 'tap', ifname: 'vm0a1b2c3d' },
    },
  ],
  hasScreen: true,
}

/** One option with its value a line. BERTH_UPDATE_GOLDEN=1 writes it anew; look at the difference before committing. */
function expectGolden(name: string, argv: readonly string[]): void {
  const file = new URL(`${name}.golden`, import.meta.url)
  const text = argv.map((arg, index) =>
    index > 0 && arg.startsWith('-') ? `\n${arg}` : `${index > 0 ? ' ' : ''}${arg}`,
  )
  const golden = `${text.join('')}\n`
  if (process.env['BERTH_UPDATE_GOLDEN'] === '1') writeFileSync(file, golden)
  expect(golden).toBe(readFileSync(file, 'utf8'))
}

describe('buildQemuArgv', () => {
  it('builds the smallest machine', () => expectGolden('argv-minimal', buildQemuArgv(minimal)))

  it('builds a machine with everything', () => expectGolden('argv-full', buildQemuArgv(full)))

  it('gives every device the same address whatever else the machine has', () => {
    const addresses = (config: QemuConfig): string[] =>
      buildQemuArgv(config).filter((arg) => arg.startsWith('{"driver"') && /"addr"|"bus"/.test(arg))
    const few = addresses({ ...minimal, hasScreen: true })
    expect(addresses({ ...full, firmware: minimal.firmware })).toEqual(expect.arrayContaining(few))
  })

  it('never gives two devices one PCI address', () => {
    const places = buildQemuArgv(full).flatMap((arg) => /"addr":"([^"]+)"/.exec(arg)?.[1] ?? [])
    expect(new Set(places).size).toBe(places.length)
    expect(places).toHaveLength(12 + 4 + 7)
  })

  it.each([
    [[], 4],
    [[0, 1, 2], 4],
    [[0, 3], 8],
    [[14], 16],
    [[15], 16],
  ])('leaves a port to plug into: disks at %j', (slots, ports) => {
    const disks = slots.map((slot) => ({ volumeId, path: '/a', format: 'raw' as const, isDirect: true, slot }))
    const argv = buildQemuArgv({ ...minimal, disks })
    expect(argv.filter((arg) => arg.includes('"id":"port-disk'))).toHaveLength(ports)
  })

  it('keeps hostile paths inside their JSON value, and doubles commas where QEMU reads option strings', () => {
    const evil = '/run/berth,server=off/x'
    const argv = buildQemuArgv({ ...full, paths: runDirPaths(evil, vmId) })
    expect(argv.filter((arg) => arg.includes('file.driver=nbd'))).toHaveLength(1)
    const chardevs = argv.filter((arg) => arg.startsWith('socket,'))
    expect(chardevs).toHaveLength(4)
    for (const chardev of chardevs) expect(chardev).toContain('path=/run/berth,,server=off/x/')
  })

  it.each([
    { machineType: 'q35,accel=kvm' },
    { cpuModel: 'max,+x' },
    { vmId: 'a b' },
    { nics: [{ nicId: 'n', mac: '52:54:00:00:00:01', backend: { kind: 'tap' as const, ifname: 'a,script=/x' } }] },
    { disks: [0, 0].map((slot) => ({ volumeId, path: '/a', format: 'raw' as const, isDirect: true, slot })) },
    { disks: [{ volumeId, path: '/a', format: 'raw' as const, isDirect: true, slot: 16 }] },
    { paths: { ...minimal.paths, qmpSocket: 'relative/qmp' } },
  ])('refuses what could become an option or a wrong place: %j', (change) => {
    expect(() => buildQemuArgv({ ...minimal, ...change })).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }))
  })

  it('says when the run root is too deep for a socket', () => {
    expect(() => runDirPaths(`/var/${'x'.repeat(90)}`, vmId)).toThrow(/at most 83 bytes/)
    expect(Buffer.byteLength(runDirPaths('/'.padEnd(83, 'x'), vmId).expertQmpSocket)).toBe(107)
  })
})
