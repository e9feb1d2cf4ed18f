/** What is asked of the agents before a move, for whom, how often; and that a move keeps what was foreseen. */
import { TRPCError } from '@trpc/server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { z } from 'zod'
import { agentContract } from '@berth/core/agent-contract/agent-contract'
import { AppError } from '@berth/core/errors/app-error'
import { hostIdSchema, newUuid } from '@berth/core/ids/ids'
import type { MoveMeasurement } from '@berth/core/migration/move-forecast'
import { MiB } from '@berth/core/units/bytes'
import type { AgentLink, AgentProcedure } from '../agents/agent-link.ts'
import { findMove, insertMove } from '../migration/move-row-repo.ts'
import { addMove, addMoveHosts, addRunningVm } from '../migration/testing/move-fleet-repo.ts'
import { openTestPanel, type TestPanel } from '../testing/open-test-panel.ts'
import { findHostPaths } from './host-paths-repo.ts'
import { MoveMeasures } from './move-measures.ts'

let world: TestPanel
let hosts: string[] = []
let vmId = ''
const never = new AbortController().signal
const wish = { policy: 'pause-if-needed', capBytesPerSecond: null } as const

beforeAll(async () => {
  world = await openTestPanel()
  hosts = await addMoveHosts(db(), ['host-a', 'host-b', 'host-old'])
  await db().host.updateMany({ where: { name: { not: 'host-old' } }, data: { capabilities: ['moves', 'forecast'] } })
  vmId = await addRunningVm(db(), { name: 'web-1', ownerId: world.ada.userId, hostId: hosts[0] ?? '' })
})
afterAll(() => world[Symbol.asyncDispose]())

const db = () => world.process.panel.db
const pathTo = (index: number) => ({ vmId, sourceHostId: hosts[0] ?? '', targetHostId: hosts[index] ?? '' })

const at = new Date().toISOString()
const measured: MoveMeasurement = {
  dirty: { at, memoryBytes: 512 * MiB, usedBytes: 100 * MiB, sampledPages: 4_096, pageBytes: 4_096, changes: [] },
  path: { at, bytes: MiB, ms: 10, bytesPerSecond: 100 * MiB, roundTripMs: 1 },
}

/** A link that answers at once, and remembers what it was asked. */
function askingLink() {
  const asked: unknown[] = []
  const link: AgentLink = {
    hostId: hostIdSchema.parse(newUuid()),
    isOnline: true,
    call: <I extends z.ZodType, O extends z.ZodType>(procedure: AgentProcedure<I, O>, input: z.input<I>) => {
      asked.push(input)
      const isPath = Object.is(procedure, agentContract.forecast.path)
      return Promise.resolve(procedure.output.parse(isPath ? measured.path : measured.dirty))
    },
    whenOnline: () => Promise.resolve(),
    onStepEvent: () => () => undefined,
  }
  return { asked, agents: { link: () => link } }
}

async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  const cause = error instanceof TRPCError ? error.cause : error
  return cause instanceof AppError ? cause.code : undefined
}

it('asks the machine’s host for both figures, once for a while, and plays each wish through', async () => {
  const { asked, agents } = askingLink()
  const measures = new MoveMeasures({ db: db(), agents })
  expect(measures.forecast(pathTo(1), wish)).toBeNull()
  expect(await measures.measure(pathTo(1), never)).toEqual(measured)
  expect(await measures.measure(pathTo(1), never)).toEqual(measured)
  expect(asked).toEqual([
    { vmId },
    { target: { hostId: hosts[1], address: expect.any(String) as unknown, port: expect.any(Number) as unknown } },
  ])
  const forecast = measures.forecast(pathTo(1), wish)
  expect(forecast).toMatchObject({ ends: 'yes', policy: 'pause-if-needed' })
  const slow = measures.forecast(pathTo(1), { ...wish, capBytesPerSecond: 10 * MiB })
  expect(slow?.totalMs.likely).toBeGreaterThan(5 * (forecast?.totalMs.likely ?? Infinity))
})

it('measures the way to another host anew when that is asked for, and shows it with its age afterwards', async () => {
  const { asked, agents } = askingLink()
  const measures = new MoveMeasures({ db: db(), agents })
  const { sourceHostId, targetHostId } = pathTo(1)
  expect(measures.lastPath({ sourceHostId, targetHostId })).toBeNull()
  await measures.measurePath({ sourceHostId, targetHostId }, never)
  await measures.measurePath({ sourceHostId, targetHostId }, never)
  expect(asked).toHaveLength(2)
  expect(measures.lastPath({ sourceHostId, targetHostId })).toEqual(measured.path)
  const panel = { db: db(), measures }
  expect(await findHostPaths(panel, sourceHostId)).toMatchObject([
    { name: 'host-b', sample: measured.path, obstacle: null },
    { name: 'host-old', sample: null, obstacle: 'the agent of host-old is too old' },
  ])
  const same = hostIdSchema.parse(sourceHostId)
  expect(await codeOf(world.as(world.admin).host.measurePath({ hostId: same, targetHostId: same }))).toBe(
    'INPUT_INVALID',
  )
  expect(await codeOf(world.as(world.ada).host.paths({ hostId: same }))).toBe('PERMISSION_DENIED')
})

it('asks nothing of agents that are too old for it', async () => {
  const { asked, agents } = askingLink()
  const measures = new MoveMeasures({ db: db(), agents })
  await expect(measures.measure(pathTo(2), never)).rejects.toMatchObject({
    code: 'AGENT_INCOMPATIBLE',
    message: expect.stringContaining('host-old') as unknown,
  })
  expect(asked).toEqual([])
  const old = { vmId, targetHostId: hosts[2] ?? '' }
  expect(await codeOf(world.as(world.admin).vm.rehearse(old))).toBe('AGENT_INCOMPATIBLE')
})

it('is for administrators, of a host that the machine is not on', async () => {
  const there = { vmId, targetHostId: hosts[1] ?? '' }
  expect(await codeOf(world.as(world.ada).vm.forecast(there))).toBe('PERMISSION_DENIED')
  expect(await codeOf(world.as(world.ada).vm.rehearse(there))).toBe('PERMISSION_DENIED')
  expect(await codeOf(world.as(world.admin).vm.forecast({ vmId, targetHostId: hosts[0] ?? '' }))).toBe('INPUT_INVALID')
})

it('keeps with a move what was foreseen, and nothing where nothing was', async () => {
  const sides = { vmId, sourceHostId: hosts[0] ?? '', targetHostId: hosts[1] ?? '' }
  const without = await addMove(db(), sides)
  expect((await findMove(db(), without))?.move.forecast).toBeNull()
  await db().operation.delete({ where: { id: without } })
  const { agents } = askingLink()
  const measures = new MoveMeasures({ db: db(), agents })
  await measures.measure(pathTo(1), never)
  const forecast = measures.forecast(pathTo(1), wish)
  const operationId = await addMove(db(), sides)
  await db().move.delete({ where: { operationId } })
  const named = { source: { hostId: sides.sourceHostId, name: 'a' }, target: { hostId: sides.targetHostId, name: 'b' } }
  await insertMove(db(), { operationId, vmId, ...named, policy: 'pause-if-needed', forecast })
  expect((await findMove(db(), operationId))?.move.forecast).toEqual(forecast)
  await db().operation.delete({ where: { id: operationId } })
})

it('rehearses as a task whose every check is a step', async () => {
  const { operationId } = await world.as(world.admin).vm.rehearse({ vmId, targetHostId: hosts[1] ?? '' })
  const task = await world.as(world.admin).operation.get({ operationId })
  expect(task).toMatchObject({ kind: 'vm.rehearse', title: 'Rehearse moving web-1 to host-b' })
  expect(task.steps.map(({ name, note }) => [name, note])).toEqual(
    ['check', 'inspect', 'source', 'prepare', 'path', 'clear'].map((name) => [name, null]),
  )
})
