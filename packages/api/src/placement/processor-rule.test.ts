import { newUuid } from '@berth/core/ids/ids'
import { expect, it } from 'vitest'
import type { MovingMachine } from './moving-machine.ts'
import { sameProcessor } from './processor-rule.ts'
import { makeCandidate } from './testing/make-candidate.ts'

const vm: MovingMachine = {
  ...{ hostId: newUuid(), hostName: 'host-a', hostCapabilities: [], isOn: true },
  ...{ vcpus: 1, memoryBytes: 1, firmware: 'bios', networks: [], disks: [], disc: null },
  ...{ machineType: 'pc-q35-7.2', architecture: 'x86_64', cpuModel: 'EPYC 7543', qemuVersion: '7.2.22' },
  acceleration: 'kvm',
}
const flags = ['avx', 'avx2', 'nx']
const numbered = Array.from({ length: 12 }, (_, index) => `flag-${index}`)

it.each([
  ['the same', {}, undefined],
  ['another model that has all', { cpuModel: 'EPYC 9354', cpuFlags: ['avx', 'avx2', 'nx', 'sha-ni'] }, 'can'],
  ['the same model without some', { cpuFlags: ['nx'] }, 'cannot'],
  ['another model, and an agent that does not say', { cpuModel: 'Xeon', cpuFlags: undefined }, 'warning'],
] as const)('judges %s', (_, there, verdict) => {
  const [judged] = sameProcessor.judge({ ...vm, cpuFlags: flags }, makeCandidate('b', { cpuFlags: flags, ...there }))
  expect(judged?.verdict).toBe(verdict)
})

it('names what is missing, at most eight, and what would help', () => {
  const says = (here: readonly string[]): string | undefined =>
    sameProcessor.judge({ ...vm, cpuFlags: here }, makeCandidate('b', { cpuFlags: ['nx'] }))[0]?.says
  expect(says(flags)).toBe(
    "the machine's processors have avx and avx2, and those there do not; it can go there when it is off",
  )
  expect(says(numbered)).toContain('flag-6, flag-7 and 4 more')
})
