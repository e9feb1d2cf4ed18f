/** Packing several machines: by example, and over random fleets what must hold of every plan. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hostIdSchema, newUuid, volumeIdSchema } from '@berth/core/ids/ids'
import { GiB } from '@berth/core/units/bytes'
import { freeMemoryBytesOf, type CandidateHost } from './candidate-host.ts'
import type { MovingDisk, MovingMachine } from './moving-machine.ts'
import { planMoves, type PlanQuestion, type PlanSubject } from './plan-moves.ts'
import { makeCandidate } from './testing/make-candidate.ts'

const ids = new Map<string, string>()
const idOf = (name: string): string => {
  const id = ids.get(name) ?? hostIdSchema.parse(newUuid())
  ids.set(name, id)
  return id
}
const sharedPoolId = newUuid()
const shared = { name: 'fast', freeBytes: 50 * GiB, sharedPoolId, problem: null }
const own = { name: 'default', freeBytes: 100 * GiB, sharedPoolId: null, problem: null }

const hostOf = (name: string, change: Partial<CandidateHost> = {}): CandidateHost =>
  makeCandidate(name, { hostId: idOf(name), pools: [own, shared], ...change })

const diskIn = (pool: string, sizeBytes = GiB): MovingDisk => ({
  ...{ volumeId: volumeIdSchema.parse(newUuid()), format: 'qcow2', sizeBytes, allocatedBytes: sizeBytes, pool },
  ...{ sharedPoolId: pool === 'fast' ? sharedPoolId : null, image: null, wishedPool: null },
})

const machineOf = (change: Partial<MovingMachine> = {}): MovingMachine => ({
  ...{ vcpus: 1, memoryBytes: GiB, firmware: 'bios', networks: ['user'], hostId: idOf('host-a'), hostName: 'host-a' },
  ...{ hostCapabilities: ['moves', 'mirror', 'off-moves'], isOn: true, machineType: 'pc-q35-7.2' },
  ...{ architecture: 'x86_64', cpuModel: 'EPYC 7543', qemuVersion: '7.2.22', acceleration: 'kvm' },
  ...{ disks: [diskIn('fast')], disc: null },
  ...change,
})

const subjectOf = (name: string, change: Partial<MovingMachine> = {}): PlanSubject => ({
  ...{ vmId: idOf(name), name, triedHostIds: [], machine: machineOf(change) },
})

const plan = (subjects: readonly PlanSubject[], hosts: readonly CandidateHost[], durationMs: number | null = null) =>
  planMoves({ subjects, hosts: [hostOf('host-a', { isInMaintenance: true }), ...hosts], durationMs: () => durationMs })

const goes = ({ machines }: ReturnType<typeof plan>) =>
  machines.map((machine) => `${machine.name} ${machine.kind === 'moves' ? machine.target.name : 'stuck'}`)

describe('a plan', () => {
  it('spreads machines, the largest first', () => {
    const subjects = [subjectOf('a', { memoryBytes: GiB }), subjectOf('b', { memoryBytes: 8 * GiB }), subjectOf('c')]
    const made = plan(subjects, [hostOf('host-b'), hostOf('host-c')])
    expect(goes(made)).toEqual(['b host-b', 'a host-c', 'c host-c'])
    expect(made.hosts.map(({ name, change }) => [name, change])).toEqual([
      ['host-a', -3],
      ['host-b', 1],
      ['host-c', 2],
    ])
  })

  it('packs tightly where spreading leaves one without room', () => {
    // Spread, the largest would take host-b's 6 GiB, and of the two others one would find room nowhere.
    const free = (gib: number) => ({ committedMemoryBytes: Math.floor((16 - 1.6 - gib) * GiB) })
    const subjects = [4, 3, 3].map((gib, index) => subjectOf(`m${index}`, { memoryBytes: gib * GiB }))
    const made = plan(subjects, [hostOf('host-b', free(6)), hostOf('host-c', free(4))])
    expect(goes(made)).toEqual(['m0 host-c', 'm1 host-b', 'm2 host-b'])
  })

  it('prefers the host that sees the disks', () => {
    const made = plan(
      [subjectOf('a')],
      [hostOf('host-b', { committedMemoryBytes: 8 * GiB }), hostOf('host-c', { pools: [own] })],
    )
    expect(goes(made)).toEqual(['a host-b'])
  })

  it('says which rule is in the way, with its numbers', () => {
    const made = plan([subjectOf('big', { memoryBytes: 32 * GiB })], [hostOf('host-b')])
    expect(made.machines[0]).toMatchObject({
      kind: 'stuck',
      reason: 'host-b: 32 GiB of memory asked, 14.4 GiB free of 16 GiB.',
      refusals: [{ name: 'host-b', reasons: [{ rule: 'memory' }] }],
      canShutdown: true,
    })
    const alone = plan([subjectOf('a')], [])
    expect(alone.machines[0]).toMatchObject({ reason: 'There is no other host.' })
  })

  it('takes no host that is in maintenance, nor one where it was tried', () => {
    const subject = { ...subjectOf('a'), triedHostIds: [idOf('host-b')] }
    const made = plan([subject], [hostOf('host-b'), hostOf('host-c', { isInMaintenance: true })])
    expect(made.machines[0]).toMatchObject({
      reason: 'host-b: It was tried there, in vain. host-c: The host is in maintenance.',
    })
  })

  it('says how long all of it takes within the limits, or that it does not know', () => {
    const subjects = ['a', 'b', 'c'].map((name) => subjectOf(name))
    const hosts = [hostOf('host-b'), hostOf('host-c')]
    expect(plan(subjects, hosts, 1_000).durationMs).toBe(2_000)
    expect(plan(subjects, hosts, null).durationMs).toBeNull()
  })
})

const smallShared = { ...shared, freeBytes: 4 * GiB }

const fleet = fc.record({
  hosts: fc.array(fc.record({ usedGib: fc.integer({ min: 0, max: 15 }), isShared: fc.boolean(), poolGib: fc.nat(8) }), {
    maxLength: 5,
  }),
  machines: fc.array(
    fc.record({
      gib: fc.integer({ min: 1, max: 12 }),
      isOn: fc.boolean(),
      isShared: fc.boolean(),
      diskGib: fc.integer({ min: 1, max: 6 }),
    }),
    { maxLength: 12 },
  ),
})

function questionOf({ hosts, machines }: typeof fleet extends fc.Arbitrary<infer T> ? T : never): PlanQuestion {
  return {
    hosts: [
      hostOf('host-a'),
      ...hosts.map(({ usedGib, isShared, poolGib }, index) =>
        hostOf(`target-${index}`, {
          committedMemoryBytes: usedGib * GiB,
          pools: [{ ...own, freeBytes: poolGib * GiB }, ...(isShared ? [smallShared] : [])],
        }),
      ),
    ],
    subjects: machines.map(({ gib, isOn, isShared, diskGib }, index) =>
      subjectOf(`m${index}`, {
        ...{ memoryBytes: gib * GiB, isOn, disks: [diskIn(isShared ? 'fast' : 'default', diskGib * GiB)] },
      }),
    ),
    durationMs: () => 1_000,
  }
}

describe('every plan', () => {
  it('names each machine once, and gives out no memory and no disk that is not there', () => {
    fc.assert(
      fc.property(fleet, (drawn) => {
        const question = questionOf(drawn)
        const made = planMoves(question)
        expect(made.machines.map(({ vmId }) => vmId).toSorted()).toEqual(
          question.subjects.map(({ vmId }) => vmId).toSorted(),
        )
        for (const host of question.hosts) {
          const coming = made.machines.filter(
            (machine) => machine.kind === 'moves' && machine.target.hostId === host.hostId,
          )
          const memory = coming.reduce((sum, { isOn, memoryBytes }) => sum + (isOn ? memoryBytes : 0), 0)
          if (memory > 0) expect(memory).toBeLessThanOrEqual(freeMemoryBytesOf(host))
          const copied = coming.reduce((sum, machine) => sum + (machine.kind === 'moves' ? machine.copyBytes : 0), 0)
          expect(copied).toBeLessThanOrEqual(host.pools.reduce((sum, pool) => sum + pool.freeBytes, 0))
        }
        // The shared pool is one, however many hosts see it.
        const own = question.hosts.slice(1).reduce((sum, host) => sum + (host.pools[0]?.freeBytes ?? 0), 0)
        const copied = made.machines.reduce((sum, each) => sum + (each.kind === 'moves' ? each.copyBytes : 0), 0)
        expect(copied).toBeLessThanOrEqual(own + smallShared.freeBytes)
        const orders = made.machines.flatMap((machine) => (machine.kind === 'moves' ? [machine.order] : []))
        expect(orders).toEqual(orders.map((_order, index) => index + 1))
      }),
      { numRuns: 300 },
    )
  })
})
