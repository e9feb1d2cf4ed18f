/** Walks the whole router: every procedure has a rule, and the rule holds, for everybody who could come. */
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { newUuid } from '@berth/core/ids/ids'
import { allProcedures, procedureCode, type ProcedureCall } from '../testing/call-procedure.ts'
import { openTestPanel, type TestPanel } from '../testing/open-test-panel.ts'
import { audited } from './procedures.ts'
import type { Caller } from './caller.ts'

interface Rule {
  readonly type: string
  readonly meta?: { readonly access?: string }
  readonly middlewares: readonly unknown[]
}

function ruleOf(procedure: unknown): Rule {
  const rule: unknown = Reflect.get(Object(procedure), '_def')
  if (typeof rule !== 'object' || rule === null || !('type' in rule) || !('middlewares' in rule))
    throw new Error('no rule')
  const { type, middlewares } = rule
  if (typeof type !== 'string' || !Array.isArray(middlewares)) throw new Error('no rule')
  return { ...rule, type, middlewares }
}

const procedures = allProcedures.map(([path, procedure]) => [path, ruleOf(procedure)] as const)
const adminOnly = [
  ...['host.createJoinToken', 'host.get', 'host.list', 'host.listJoinTokens'],
  ...[
    'host.measurePath',
    'host.metrics',
    'host.paths',
    'host.remove',
    'host.revoke',
    'host.revokeJoinToken',
    'host.setMoveNetwork',
    'image.delete',
    'image.importUrl',
  ],
  ...['maintenance.get', 'maintenance.leave', 'maintenance.pause', 'maintenance.plan', 'maintenance.planMoves'],
  ...['maintenance.resume', 'maintenance.start'],
  ...['network.create', 'network.delete'],
  ...['pool.attach', 'pool.createShared', 'pool.detach', 'pool.list', 'pool.test', 'pool.testMount'],
  ...['user.create', 'user.disable', 'user.enable', 'user.get', 'user.list', 'user.resetPassword'],
  ...['user.revokeSessions', 'user.update', 'vm.commandLine', 'vm.diskPools', 'vm.flightRecords'],
  ...['vm.forecast', 'vm.migrate', 'vm.moveDisk', 'vm.moveTargets', 'vm.rehearse', 'vm.setMoveBandwidth'],
]

describe('rules', () => {
  it.each(procedures)('%s declares who may call it', (_path, procedure) => {
    expect(procedure.meta?.access).toMatch(/^(public|signedIn|admin)$/)
  })

  it('are public nowhere, and for administrators where it is expected', () => {
    const admins = procedures.filter(([, procedure]) => procedure.meta?.access === 'admin').map(([path]) => path)
    expect(admins.sort()).toEqual(adminOnly)
    expect(procedures.filter(([, procedure]) => procedure.meta?.access === 'public')).toEqual([])
  })

  it.each(procedures.filter(([, procedure]) => procedure.type === 'mutation'))('%s is audited', (_path, procedure) => {
    const [recording] = audited._middlewares
    expect(procedure.middlewares).toContain(recording)
  })
})

let world: TestPanel
beforeAll(async () => {
  world = await openTestPanel()
})
afterAll(() => world[Symbol.asyncDispose]())

const codeOf = (caller: Caller | null, call: ProcedureCall): Promise<string> =>
  procedureCode(world.process.panel, caller, call)

test.each(procedures.map(([path]) => path))('%s refuses a stranger before it looks at the input', async (path) => {
  expect(await codeOf(null, { path, input: { nonsense: true } })).toBe('SESSION_REQUIRED')
})

test.each(adminOnly)('%s refuses a user before it looks at the input', async (path) => {
  expect(await codeOf(world.ada, { path, input: { nonsense: true } })).toBe('PERMISSION_DENIED')
  expect(await codeOf(world.admin, { path, input: { nonsense: true } })).toBe('INPUT_INVALID')
})

const mutations = procedures.filter(([, procedure]) => procedure.type === 'mutation').map(([path]) => path)
test.each(mutations)('%s refuses a page of another site', async (path) => {
  expect(await codeOf(world.admin, { path, input: {}, isSameOrigin: false })).toBe('ORIGIN_FORBIDDEN')
  const token: Caller = { ...world.admin, kind: 'token', tokenId: newUuid(), tokenName: 'ci' }
  expect(await codeOf(token, { path, input: { nonsense: true }, isSameOrigin: false })).toBe('INPUT_INVALID')
})

test.each(procedures.map(([path]) => path))('%s refuses whoever has not chosen his password yet', async (path) => {
  const newcomer: Caller = { ...world.admin, kind: 'session', sessionId: newUuid(), mustChangePassword: true }
  expect(await codeOf(newcomer, { path, input: { nonsense: true } })).toBe('PASSWORD_CHANGE_REQUIRED')
})
