/**
 * Who goes where when several machines have to go: a pure function over the same rules as a single move. The largest go first, as
 * what is large finds room in few places. Among the hosts that can, one that sees the disks comes before one to which they would have
 * to be copied; then either the one with the most memory left (load spreads), or the one with the least (room stays together):
 * both ways are packed, and the one that places more machines wins, spreading first. Memory that leaves a host is not
 * given out again in the same plan, so that no order of the moves can over-commit a host.
 */
import type { HostFitness } from '@berth/core/migration/move-fitness'
import type { MovePlan, PlannedMachine, PlanRefusal } from '@berth/core/maintenance/drain'
import { hostIdSchema, vmIdSchema } from '@berth/core/ids/ids'
import { moveLimits } from '../migration/move-limits.ts'
import type { CandidateHost } from './candidate-host.ts'
import { hostFitness } from './host-fitness.ts'
import type { MovingMachine } from './moving-machine.ts'

export interface PlanSubject {
  readonly vmId: string
  readonly name: string
  readonly machine: MovingMachine
  /** Where it was tried already, in vain. */
  readonly triedHostIds: readonly string[]
}

export interface PlanQuestion {
  readonly subjects: readonly PlanSubject[]
  /** As they are now, with these machines counted where they are. */
  readonly hosts: readonly CandidateHost[]
  /** Of one move alone; null where nothing was measured. */
  readonly durationMs: (vmId: string, targetHostId: string) => number | null
}

type Packing = 'spread' | 'tight'

interface Seat {
  readonly subject: PlanSubject
  readonly judged: readonly HostFitness[]
  readonly chosen: HostFitness | null
}

export function planMoves(question: PlanQuestion): MovePlan {
  const spread = seatAll(question, 'spread')
  const isWhole = spread.every(({ chosen }) => chosen !== null)
  const tight = isWhole ? spread : seatAll(question, 'tight')
  const seats = placedIn(tight) > placedIn(spread) ? tight : spread
  const machines = numbered(seats, question)
  return { machines, hosts: hostsAfter(seats, question.hosts), durationMs: wholeDuration(machines, seats) }
}

const placedIn = (seats: readonly Seat[]): number => seats.filter(({ chosen }) => chosen !== null).length

function seatAll({ subjects, hosts }: PlanQuestion, packing: Packing): readonly Seat[] {
  let left = hosts
  return subjects.toSorted(bySize).map((subject) => {
    const judged = hostFitness(subject.machine, left)
    const chosen = choose(subject, judged, packing)
    if (chosen !== null) left = taken(left, subject, chosen)
    return { subject, judged, chosen }
  })
}

/** What is on before what is off: the first needs memory, the second only its disks. */
function bySize(a: PlanSubject, b: PlanSubject): number {
  const differing = memoryOf(b) - memoryOf(a) || b.machine.memoryBytes - a.machine.memoryBytes
  return differing || (a.name < b.name ? -1 : 1)
}

const memoryOf = ({ machine }: PlanSubject): number => (machine.isOn ? machine.memoryBytes : 0)

function choose(subject: PlanSubject, judged: readonly HostFitness[], packing: Packing): HostFitness | null {
  const able = judged.filter(({ hostId, verdict }) => verdict !== 'cannot' && !subject.triedHostIds.includes(hostId))
  const direction = packing === 'spread' ? -1 : 1
  const [best] = able.toSorted(
    (a, b) =>
      copiedBytes(a) - copiedBytes(b) ||
      Number(a.verdict === 'warning') - Number(b.verdict === 'warning') ||
      direction * (a.freeMemoryAfterBytes - b.freeMemoryAfterBytes) ||
      (a.name < b.name ? -1 : 1),
  )
  return best ?? null
}

const copiedBytes = ({ disks }: HostFitness): number =>
  disks.reduce((sum, disk) => sum + (disk.kind === 'travels' ? disk.needBytes : 0), 0)

/** The hosts once this machine is on its way. What a shared pool gives is gone for every host that sees it. */
function taken(hosts: readonly CandidateHost[], subject: PlanSubject, chosen: HostFitness): CandidateHost[] {
  const pools = hosts.find(({ hostId }) => hostId === chosen.hostId)?.pools ?? []
  const needs = chosen.disks.flatMap((disk) => (disk.kind === 'travels' ? [disk] : []))
  const neededIn = (name: string | undefined): number =>
    needs.reduce((sum, disk) => sum + (disk.targetPool === name ? disk.needBytes : 0), 0)
  const nameOf = (sharedPoolId: string): string | undefined =>
    pools.find((pool) => pool.sharedPoolId === sharedPoolId)?.name
  return hosts.map((host) => {
    const isIt = host.hostId === chosen.hostId
    const room = host.pools.map((pool) => {
      const ownName = isIt ? pool.name : undefined
      const name = pool.sharedPoolId === null ? ownName : nameOf(pool.sharedPoolId)
      return { ...pool, freeBytes: Math.max(0, pool.freeBytes - neededIn(name)) }
    })
    return { ...host, committedMemoryBytes: host.committedMemoryBytes + (isIt ? memoryOf(subject) : 0), pools: room }
  })
}

function numbered(seats: readonly Seat[], { durationMs }: PlanQuestion): PlannedMachine[] {
  let order = 0
  return seats.map(({ subject, judged, chosen }) => {
    const { vmId, name, machine } = subject
    const { memoryBytes, vcpus, isOn } = machine
    const known = { vmId: vmIdSchema.parse(vmId), name, memoryBytes, vcpus, isOn }
    if (chosen === null) {
      const refusals = refusalsOf(subject, judged)
      return { ...known, kind: 'stuck', reason: stuckReason(refusals), refusals, canShutdown: isOn }
    }
    order += 1
    return {
      ...known,
      kind: 'moves',
      order,
      target: { hostId: chosen.hostId, name: chosen.name },
      reason: whyThere(chosen),
      warnings: chosen.reasons.filter(({ verdict }) => verdict === 'warning').map(({ text }) => text),
      copyBytes: copiedBytes(chosen),
      durationMs: durationMs(vmId, chosen.hostId),
    }
  })
}

function whyThere(chosen: HostFitness): string {
  const room = chosen.reasons.find(({ rule, verdict }) => rule === 'memory' && verdict === 'can')?.text ?? 'It fits.'
  return copiedBytes(chosen) === 0 ? `Sees its disks. ${room}` : room
}

function refusalsOf({ triedHostIds }: PlanSubject, judged: readonly HostFitness[]): PlanRefusal[] {
  return judged
    .filter(({ isCurrent }) => !isCurrent)
    .map(({ hostId, name, reasons }) => {
      const against = reasons.filter(({ verdict }) => verdict === 'cannot').map(({ rule, text }) => ({ rule, text }))
      const tried = { rule: 'tried', text: 'It was tried there, in vain.' }
      return { hostId, name, reasons: triedHostIds.includes(hostId) ? [tried, ...against] : against }
    })
    .filter(({ reasons }) => reasons.length > 0)
}

/** One that every host gives is told once. */
function stuckReason(refusals: readonly PlanRefusal[]): string {
  const [first] = refusals
  if (first === undefined) return 'There is no other host.'
  const everywhere = first.reasons.find(({ text }) => refusals.every((each) => saysIt(each, text)))
  if (everywhere !== undefined) return `${refusals.length === 1 ? first.name : 'Every other host'}: ${everywhere.text}`
  return refusals.map(({ name, reasons }) => `${name}: ${reasons[0]?.text ?? ''}`).join(' ')
}

const saysIt = ({ reasons }: PlanRefusal, text: string): boolean => reasons.some((reason) => reason.text === text)

function hostsAfter(seats: readonly Seat[], hosts: readonly CandidateHost[]): MovePlan['hosts'] {
  const moved = seats.flatMap(({ subject, chosen }) => (chosen === null ? [] : [{ subject, chosen }]))
  return hosts
    .map((host) => {
      const coming = moved.filter(({ chosen }) => chosen.hostId === host.hostId)
      const leaving = moved.filter(({ subject }) => subject.machine.hostId === host.hostId)
      const sum = (each: typeof moved): number => each.reduce((bytes, { subject }) => bytes + memoryOf(subject), 0)
      const { name, memoryBytes, committedMemoryBytes } = host
      return {
        hostId: hostIdSchema.parse(host.hostId),
        name,
        memoryBytes,
        committedBeforeBytes: committedMemoryBytes,
        committedAfterBytes: Math.max(0, committedMemoryBytes + sum(coming) - sum(leaving)),
        change: coming.length - leaving.length,
      }
    })
    .filter(({ hostId, change }) => change !== 0 || seats.some(({ subject }) => subject.machine.hostId === hostId))
}

/** As the limits let them go: each begins once its host has a place again, in their order. Null where one is not known. */
function wholeDuration(machines: readonly PlannedMachine[], seats: readonly Seat[]): number | null {
  const ends: { readonly from: string; readonly to: string; readonly at: number }[] = []
  for (const machine of machines) {
    if (machine.kind === 'stuck') continue
    if (machine.durationMs === null) return null
    const from = seats.find(({ subject }) => subject.vmId === machine.vmId)?.subject.machine.hostId ?? ''
    const to = machine.target.hostId
    const start = Math.max(
      freeAt(ends, moveLimits.fleet),
      freeAt(
        ends.filter((each) => each.from === from),
        moveLimits.outOfHost,
      ),
      freeAt(
        ends.filter((each) => each.to === to),
        moveLimits.intoHost,
      ),
    )
    ends.push({ from, to, at: start + machine.durationMs })
  }
  return Math.max(0, ...ends.map(({ at }) => at))
}

/** When fewer than `limit` of these are left. */
const freeAt = (ends: readonly { readonly at: number }[], limit: number): number =>
  ends.map(({ at }) => at).toSorted((a, b) => b - a)[limit - 1] ?? 0
