/**
 * Whose things each procedure touches, and that it touches no others: what is somebody else's is not there, exactly like
 * what never was. A procedure for all who are signed in that has no place in the table fails the first test.
 */
import { afterAll, beforeAll, expect, it, test } from 'vitest'
import { newUuid } from '@berth/core/ids/ids'
import { addHost, addVm } from '../testing/fleet-fixture-repo.ts'
import { allProcedures, callProcedure, procedureCode, type ProcedureCall } from '../testing/call-procedure.ts'
import { openTestPanel, type TestPanel } from '../testing/open-test-panel.ts'
import type { Caller } from './caller.ts'

const now = Date.now()
/** Each takes a `vmId`; here is what it needs besides. */
const ofOneVm: Readonly<Record<string, object>> = {
  'console.open': { kind: 'serial' },
  'vm.delete': {},
  'vm.ejectDisc': {},
  'vm.get': {},
  'vm.insertDisc': { imageId: newUuid() },
  'vm.lastScreenshot': {},
  'vm.metrics': { query: { fromMs: now - 1_000, toMs: now } },
  'vm.pause': {},
  'vm.reboot': {},
  'vm.reset': {},
  'vm.resume': {},
  'vm.screenshot': {},
  'vm.sendKeys': { keys: ['a'] },
  'vm.shutdown': {},
  'vm.start': {},
  'vm.stop': {},
  'vm.update': { description: 'x' },
}
const ofOneTask = ['operation.cancel', 'operation.get', 'operation.move', 'operation.retry']
const ofOneToken = ['token.revoke']
const ownLists = ['audit.list', 'operation.list', 'token.list', 'vm.list']
/** events.stream has its own test, event-hub.component.test.ts. */
const ofTheCaller = [
  ...['events.stream', 'token.create', 'vm.counts', 'vm.create', 'vm.place'],
  ...['vm.forgetFilter', 'vm.savedFilters', 'vm.saveFilter'],
  ...['user.me', 'user.setSshKeys', 'user.sshKeys', 'user.updateProfile'],
]
const ofEverybody = ['image.catalogue', 'image.get', 'image.list', 'network.list']

const accessOf = (procedure: unknown): unknown =>
  Reflect.get(Object(Reflect.get(Object(Reflect.get(Object(procedure), '_def')), 'meta')), 'access')

it('each procedure that is not only for administrators has a scope', () => {
  const paths = allProcedures.filter(([, procedure]) => accessOf(procedure) !== 'admin').map(([path]) => path)
  const known = [...Object.keys(ofOneVm), ...ofOneTask, ...ofOneToken, ...ownLists, ...ofTheCaller, ...ofEverybody]
  expect(paths.toSorted()).toEqual(known.toSorted())
})

let world: TestPanel
beforeAll(async () => {
  world = await openTestPanel()
})
afterAll(() => world[Symbol.asyncDispose]())

const codeOf = (caller: Caller, call: ProcedureCall): Promise<string> =>
  procedureCode(world.process.panel, caller, call)

async function adasMachine(state: 'running' | 'stopped' = 'running'): Promise<string> {
  const { db } = world.process.panel
  const hostId = await addHost(db, `h-${newUuid()}`)
  return addVm(db, { name: `v-${newUuid().slice(-12)}`, ownerId: world.ada.userId, hostId, state })
}

test.each(Object.entries(ofOneVm))('%s: a foreign machine is not there', async (path, input) => {
  const vmId = await adasMachine()
  expect(await codeOf(world.bob, { path, input: { vmId, ...input } })).toBe('VM_NOT_FOUND')
  expect(await codeOf(world.bob, { path, input: { vmId: newUuid(), ...input } })).toBe('VM_NOT_FOUND')
  expect(await codeOf(world.ada, { path, input: { vmId, ...input } })).not.toMatch(/VM_NOT_FOUND|DENIED|INVALID/)
})

test.each(Object.entries(ofOneVm))('%s: an administrator reaches everybody’s machines', async (path, input) => {
  const vmId = await adasMachine()
  expect(await codeOf(world.admin, { path, input: { vmId, ...input } })).not.toMatch(/VM_NOT_FOUND|DENIED|INVALID/)
})

test.each(ofOneTask)('%s: a foreign task is not there', async (path) => {
  const { operationId } = await world.as(world.ada).vm.start({ vmId: await adasMachine('stopped') })
  for (const id of [operationId, newUuid()]) {
    expect(await codeOf(world.bob, { path, input: { operationId: id } })).toBe('OPERATION_NOT_FOUND')
  }
  expect(await codeOf(world.ada, { path, input: { operationId } })).not.toMatch(/OPERATION_NOT_FOUND|DENIED/)
})

test.each(ofOneToken)('%s: a foreign token is not there, but for administrators', async (path) => {
  const { tokenId } = await world.as(world.ada).token.create({ name: 'mine' })
  for (const id of [tokenId, newUuid()]) {
    expect(await codeOf(world.bob, { path, input: { tokenId: id } })).toBe('OBJECT_NOT_FOUND')
  }
  expect(await codeOf(world.admin, { path, input: { tokenId } })).toBe('ok')
})

test.each(ownLists)('%s holds nothing of somebody else', async (path) => {
  const ada = world.as(world.ada)
  const vmId = await adasMachine('stopped')
  await ada.vm.start({ vmId })
  await ada.token.create({ name: 'mine' })
  const list = (caller: Caller) => callProcedure(world.process.panel, caller, { path, input: {} }).then(JSON.stringify)
  expect(await list(world.ada)).toContain(world.ada.userId)
  const foreign = await list(world.bob)
  expect(foreign).not.toContain(world.ada.userId)
  expect(foreign).not.toContain(vmId)
})
