import { describe, expect, it } from 'vitest'
import { whyNoCpu } from './acceleration.ts'
import { cgroupVersion } from './host-abilities.ts'
import { machineFacts } from './probe.ts'
import { failureLine } from './qemu-log.ts'
import { asUser, pickUid } from './qemu-user.ts'
import { parseStartTicks } from './process-identity.ts'

const machine = (name: string, alias?: string): { name: string; alias?: string; deprecated: boolean } => ({
  name,
  deprecated: name === 'pc-q35-2.4',
  ...(alias !== undefined && { alias }),
})

describe('machineFacts', () => {
  it('pins what the alias q35 means, and sorts by version', () => {
    const names = ['pc-q35-7.2', 'pc-q35-9.2', 'pc-q35-2.4', 'pc-i440fx-9.2', 'none', 'microvm'].map((name) =>
      machine(name),
    )
    expect(machineFacts([...names, machine('pc-q35-10.0', 'q35')])).toEqual({
      defaultMachineType: 'pc-q35-10.0',
      machineTypes: ['pc-q35-10.0', 'pc-q35-9.2', 'pc-q35-7.2'],
    })
  })

  it('says when there is no q35', () => {
    expect(() => machineFacts([machine('none')])).toThrow(expect.objectContaining({ code: 'QMP_PROTOCOL' }))
  })
})

describe('whyNoCpu', () => {
  it.each([
    ['flags\t\t: fpu vmx sse', undefined],
    ['flags\t\t: fpu svm', undefined],
    ['flags\t\t: fpu sse vmxnet', 'the CPU shows neither vmx nor svm'],
    ['', 'the CPU shows neither vmx nor svm'],
  ])('reads %j', (cpuinfo, reason) => expect(whyNoCpu(cpuinfo)).toBe(reason))
})

describe('cgroupVersion', () => {
  it.each([
    ['cgroup2 /sys/fs/cgroup cgroup2 rw 0 0', 2],
    ['cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0', 1],
    ['proc /proc proc rw 0 0', undefined],
  ])('reads %j', (mounts, version) => expect(cgroupVersion(mounts)).toBe(version))
})

describe('failureLine', () => {
  it.each([
    [
      ['2026-01-01T00:00:00.1Z qemu-system-x86_64: unsupported machine type', 'Use -machine help'],
      'unsupported machine type',
    ],
    [['2026-01-01T00:00:00.1Z qemu-system-x86_64: -device {"a":": "}: no bus'], 'no bus'],
    [['setpriv: failed to execute /x: No such file'], 'setpriv: failed to execute /x: No such file'],
    [[], undefined],
  ])('takes the reason from %j', (lines, reason) => expect(failureLine(lines)).toBe(reason))
})

describe('parseStartTicks', () => {
  const fields = (state: string, threads = 1): string => `7 (a) b (c) ${state} ${'0 '.repeat(16)}${threads} 0 4711 0`
  it('finds it behind any process name', () => expect(parseStartTicks(fields('S'))).toBe(4711))
  it('takes a zombie for dead', () => expect(parseStartTicks(fields('Z'))).toBeUndefined())
  it('but not while threads of it hold its files', () => expect(parseStartTicks(fields('Z', 3))).toBe(4711))
})

describe('qemu users', () => {
  it('picks the lowest free uid, and says when there is none', () => {
    expect(pickUid({ first: 100, count: 3 }, new Set([100, 102]))).toBe(101)
    expect(() => pickUid({ first: 100, count: 1 }, new Set([100]))).toThrow(
      expect.objectContaining({ code: 'HOST_CAPACITY' }),
    )
  })

  it('keeps only the groups that are named', () => {
    const command = { file: '/bin/qemu', args: ['-S'] }
    expect(asUser({ uid: 5, gid: 6 }, command).args).toContain('--clear-groups')
    expect(asUser({ uid: 5, gid: 6, groups: [7, 8] }, command).args).toEqual(
      expect.arrayContaining(['--groups', '7,8']),
    )
  })
})
