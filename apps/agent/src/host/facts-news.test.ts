import { expect, it } from 'vitest'
import type { HostFacts } from '@berth/core/host/host'
import { FactsNews } from './facts-news.ts'

const made = (qemuVersion: string): HostFacts => ({
  ...{ hostname: 'host-a', osName: 'Debian 12', kernel: '6.1', architecture: 'x86_64', cpuModel: 'cpu', cpuCount: 2 },
  ...{ memoryBytes: 4, bootId: 'boot-1', bootedAt: '2026-11-22T12:00:00.000Z', isRoot: true, qemuVersion },
  ...{ qemuPath: '/usr/bin/qemu-system-x86_64', defaultMachineType: 'pc-q35-7.2', machineTypes: ['pc-q35-7.2'] },
  acceleration: { kind: 'tcg', reason: 'no vmx' },
  firmwares: ['bios'],
  networkKinds: ['user'],
  nics: [],
  checks: [],
})

it('tells facts when they change, and once more to whoever comes', async () => {
  let [version, joined] = ['7.2.22', 1]
  const news = new FactsNews(() => Promise.resolve(made(version)), { joinedCount: () => joined })
  const taken = () => news.take()?.qemuVersion
  expect(taken()).toBeUndefined()
  await news.look()
  expect(taken()).toBe('7.2.22')
  await news.look()
  expect(taken()).toBeUndefined()
  version = '8.0.0'
  expect(taken()).toBeUndefined()
  await news.look()
  expect(taken()).toBe('8.0.0')
  joined = 2
  expect(taken()).toBe('8.0.0')
  expect(taken()).toBeUndefined()
})
