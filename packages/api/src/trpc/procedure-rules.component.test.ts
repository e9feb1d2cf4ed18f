/** Walks the whole router: every procedure has a rule, and the rule holds, for everybody who could come. */
import { TRPCError } from '@trpc/server'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { AppError } from '@berth/core/errors/app-error'
import { newUuid } from '@berth/core/ids/ids'
import { appRouter } from '../root.ts'
import { openTestPanel, type TestPanel } from '../testing/open-test-panel.ts'
import { addHost, addVm } from '../testing/fleet-fixture-repo.ts'
import { t } from './init.ts'
import { audited } from './procedures.ts'
import type { Caller } from './caller.ts'

interface Rule {
  readonly type: string
  readonly meta?: { readonly access?: string }
  readonly middlewares: readonly unknown[]
}

/** At run time the table is flat, path by path, whatever its type says. */
function ruleOf(procedure: unknown): Rule {
  const rule: unknown = Reflect.get(Object(procedure), '_def')
  if (typeof rule !== 'object' || rule === null || !('type' in rule) || !('middlewares' in rule))
    throw new Error('no rule')
  const { type, middlewares } = rule
  if (typeof type !== 'string' || !Array.isArray(middlewares)) throw new Error('no rule')
  return { ...rule, type, middlewares }
}

const procedures = Object.entries<unknown>(appRouter._def.procedures).map(
  ([path, procedure]) => [path, ruleOf(procedure)] as const,
)
const adminOnly = ['audit.list', 'host.get', 'host.list', 'host.metrics', 'image.delete', 'image.importUrl']

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

interface Call {
  readonly path: string
  readonly input: unknown
  readonly isSameOrigin?: boolean
}

/** Calls by path, as the wire does; answers the AppError's code, or "ok". */
async function codeOf(caller: Caller | null, { path, input, isSameOrigin = true }: Call): Promise<string> {
  const { panel } = world.process
  const context = { panel, caller, ip: null, requestId: 'test', isSameOrigin, notes: {} }
  const callers: unknown = t.createCallerFactory(appRouter)(context)
  const procedure = path.split('.').reduce<unknown>((at, part) => Reflect.get(Object(at), part), callers)
  if (!isCallable(procedure)) throw new Error(`${path} is no procedure`)
  try {
    await procedure(input)
    return 'ok'
  } catch (error) {
    const cause = error instanceof TRPCError ? error.cause : error
    return cause instanceof AppError ? cause.code : `not mapped: ${String(error)}`
  }
}

const isCallable = (value: unknown): value is (input: unknown) => Promise<unknown> => typeof value === 'function'

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

const now = Date.now()
const query = { fromMs: now - 1_000, toMs: now }
const inputs: Readonly<Record<string, object>> = {
  'vm.metrics': { query },
  'vm.sendKeys': { keys: ['a'] },
  'vm.update': { description: 'x' },
  'console.open': { kind: 'serial' },
}
/** These take no machine. */
const ofNoVm = ['vm.list', 'vm.create', 'vm.place']
const vmProcedures = procedures
  .map(([path]) => path)
  .filter((path) => (path.startsWith('vm.') && !ofNoVm.includes(path)) || path === 'console.open')

test.each(vmProcedures)('%s: a foreign machine is not there, like one that never was', async (path) => {
  const { db } = world.process.panel
  const hostId = await addHost(db, `h-${newUuid()}`)
  const vmId = await addVm(db, {
    name: `v-${newUuid().slice(-12)}`,
    ownerId: world.ada.userId,
    hostId,
    state: 'running',
  })
  const input = inputs[path] ?? {}
  expect(await codeOf(world.bob, { path, input: { vmId, ...input } })).toBe('VM_NOT_FOUND')
  expect(await codeOf(world.bob, { path, input: { vmId: newUuid(), ...input } })).toBe('VM_NOT_FOUND')
  expect(await codeOf(world.ada, { path, input: { vmId, ...input } })).not.toBe('VM_NOT_FOUND')
})
