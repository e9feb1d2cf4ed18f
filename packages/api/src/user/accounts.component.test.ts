/** Users as administrators make, change and shut them out, on a real database. */
import { TRPCError } from '@trpc/server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '@berth/core/errors/app-error'
import { newUuid } from '@berth/core/ids/ids'
import { insertAudit } from '../audit/audit-repo.ts'
import { createApiToken, findTokenCaller } from '../auth/api-token-repo.ts'
import { announce } from '../events/outbox-repo.ts'
import { openTestPanel, type TestPanel } from '../testing/open-test-panel.ts'
import { addHost, addVm } from '../testing/fleet-fixture-repo.ts'
import { isUserDisabled } from './user-access-repo.ts'

let world: TestPanel
beforeAll(async () => {
  world = await openTestPanel()
})
afterAll(() => world[Symbol.asyncDispose]())

const db = () => world.process.panel.db
const users = () => world.as(world.admin).user
/** Of the first administrator, which a panel makes for itself. */
const firstAdminId = async (): Promise<string> =>
  (await db().user.findFirstOrThrow({ where: { email: 'admin@berth.local' } })).id

beforeEach(async () => {
  await db().user.updateMany({ data: { disabledAt: null } })
  await db().user.updateMany({ where: { email: 'root@example.test' }, data: { role: 'admin' } })
})

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'ok'
  } catch (error) {
    const cause = error instanceof TRPCError ? error.cause : error
    return cause instanceof AppError ? cause.code : String(error)
  }
}

async function openAccess(userId: string): Promise<{ token: string }> {
  const data = { userId, token: newUuid(), expiresAt: new Date(Date.now() + 60_000) }
  await db().session.create({ data })
  return createApiToken(db(), { userId, name: 'script', expiresAt: null })
}

describe('making one', () => {
  it('gives a password once, which must be changed', async () => {
    const made = await users().create({ email: ' Eve@Example.test ', name: 'Eve', role: 'user' })
    expect(made.password).toMatch(/^\S{20}$/)
    expect(await users().get({ userId: made.userId })).toMatchObject({
      ...{ email: 'eve@example.test', name: 'Eve', role: 'user', disabledAt: null, mustChangePassword: true },
      ...{ lastSignInAt: null, sessionCount: 0, tokenCount: 0, vmCount: 0 },
    })
    expect(await codeOf(users().create({ email: 'EVE@example.test', name: 'Other' }))).toBe('EMAIL_TAKEN')
    const trail = await world.as(world.admin).audit.list({ filter: { procedure: 'user.create' } })
    expect(trail.items.map(({ target, outcome }) => [target.kind, target.name, outcome])).toEqual([
      ['user', 'eve@example.test', 'denied'],
      ['user', 'eve@example.test', 'ok'],
    ])
    expect(JSON.stringify(trail)).not.toContain(made.password)
  })

  it('takes a password that the administrator typed, and does not answer it', async () => {
    const wish = { email: 'typed@example.test', name: 'Typed', password: 'typed by an admin' }
    const made = await users().create(wish)
    expect(made.password).toBeNull()
    expect((await users().get({ userId: made.userId })).mustChangePassword).toBe(true)
  })

  it.each([
    [{ email: 'no address', name: 'x' }, 'INPUT_INVALID'],
    [{ email: 'a@example.test', name: ' ' }, 'NAME_INVALID'],
    [{ email: 'a@example.test', name: 'x', password: 'short' }, 'INPUT_INVALID'],
  ])('refuses %o', async (wish, code) => {
    expect(await codeOf(users().create(wish))).toBe(code)
    expect(await db().user.count({ where: { email: wish.email } })).toBe(0)
  })
})

describe('the list', () => {
  it('counts what is open and what is owned, finds by name or email, and goes on page by page', async () => {
    const hostId = await addHost(db(), `h-${newUuid()}`)
    await addVm(db(), { name: `v-${newUuid().slice(-12)}`, ownerId: world.bob.userId, hostId, state: 'stopped' })
    await openAccess(world.bob.userId)
    const { items } = await users().list({ filter: { text: 'BOB' } })
    expect(items).toMatchObject([{ userId: world.bob.userId, sessionCount: 1, tokenCount: 1, vmCount: 1 }])
    const all = await users().list({})
    const emails: string[] = []
    let cursor: string | null = null
    do {
      const page: Awaited<ReturnType<ReturnType<typeof users>['list']>> = await users().list({ cursor, limit: 2 })
      emails.push(...page.items.map((item) => item.email))
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(emails).toEqual(all.items.map((item) => item.email))
    expect(emails).toEqual(emails.toSorted())
    await users().disable({ userId: world.bob.userId })
    const disabled = await users().list({ filter: { isDisabled: true } })
    expect(disabled.items.map((item) => item.userId)).toEqual([world.bob.userId])
  })
})

describe('disabling', () => {
  it('ends sessions and tokens at once and for good, and leaves the machines', async () => {
    const { userId } = world.ada
    const { token } = await openAccess(userId)
    expect(await findTokenCaller(db(), token, new Date())).toMatchObject({ userId })
    await users().disable({ userId })
    expect(await findTokenCaller(db(), token, new Date())).toBeNull()
    expect(await users().get({ userId })).toMatchObject({ sessionCount: 0, tokenCount: 0 })
    expect(await isUserDisabled(db(), userId)).toBe(true)
    // What was on its way meanwhile is worth nothing, neither now nor later.
    const late = await openAccess(userId)
    expect(await findTokenCaller(db(), late.token, new Date())).toBeNull()
    await users().enable({ userId })
    expect(await findTokenCaller(db(), late.token, new Date())).toBeNull()
    expect(await users().get({ userId })).toMatchObject({ disabledAt: null, sessionCount: 0, tokenCount: 0 })
  })

  it('of a user who is not there is refused', async () => {
    for (const verb of ['disable', 'enable', 'resetPassword', 'revokeSessions', 'update'] as const) {
      expect(await codeOf(users()[verb]({ userId: newUuid() }))).toBe('OBJECT_NOT_FOUND')
    }
  })
})

describe('the last administrator', () => {
  it('can be neither disabled nor made a user', async () => {
    const { userId } = world.admin
    expect((await users().get({ userId })).isLastAdmin).toBe(false)
    await users().disable({ userId: await firstAdminId() })
    expect((await users().list({ filter: { text: 'root' } })).items).toMatchObject([{ userId, isLastAdmin: true }])
    expect(await codeOf(users().disable({ userId }))).toBe('LAST_ADMIN')
    expect(await codeOf(users().update({ userId, role: 'user', name: 'Gone' }))).toBe('LAST_ADMIN')
    expect(await users().get({ userId })).toMatchObject({ role: 'admin', disabledAt: null, name: 'root' })
    expect(await codeOf(users().update({ userId, role: 'admin' }))).toBe('ok')
  })

  it('stays when the last two are taken away at once', async () => {
    for (let round = 0; round < 5; round++) {
      const other = await firstAdminId()
      const codes = await Promise.all([
        codeOf(users().disable({ userId: world.admin.userId })),
        codeOf(users().update({ userId: other, role: 'user' })),
      ])
      expect(codes.toSorted()).toEqual(['LAST_ADMIN', 'ok'])
      expect(await db().user.count({ where: { role: 'admin', disabledAt: null } })).toBe(1)
      await db().user.updateMany({
        where: { id: { in: [world.admin.userId, other] } },
        data: { role: 'admin', disabledAt: null },
      })
    }
  })
})

describe('changing', () => {
  it('another role signs out, another name does not; an email of somebody else is refused whole', async () => {
    const { userId } = world.ada
    await openAccess(userId)
    await users().update({ userId, name: 'Ada Lovelace' })
    expect((await users().get({ userId })).sessionCount).toBe(1)
    const taken = users().update({ userId, name: 'Not kept', email: 'bob@example.test', role: 'admin' })
    expect(await codeOf(taken)).toBe('EMAIL_TAKEN')
    expect(await users().get({ userId })).toMatchObject({ name: 'Ada Lovelace', role: 'user', sessionCount: 1 })
    await users().update({ userId, role: 'admin' })
    expect(await users().get({ userId })).toMatchObject({ role: 'admin', sessionCount: 0 })
    await users().update({ userId, role: 'user' })
  })

  it('a reset password ends sessions and must be changed; one’s own is not reset', async () => {
    const { userId } = world.bob
    await openAccess(userId)
    const before = await users().get({ userId })
    expect((await users().resetPassword({ userId })).password).toMatch(/^\S{20}$/)
    const after = await users().get({ userId })
    expect(after).toMatchObject({ mustChangePassword: true, sessionCount: 0, tokenCount: before.tokenCount })
    expect(await codeOf(users().resetPassword({ userId: world.admin.userId }))).toBe('INPUT_INVALID')
  })

  it('sessions end without tokens, or with them', async () => {
    const { userId } = world.ada
    await openAccess(userId)
    expect(await users().revokeSessions({ userId })).toMatchObject({ sessionCount: 1, tokenCount: 0 })
    expect(await users().revokeSessions({ userId, includesTokens: true })).toMatchObject({ sessionCount: 0 })
    expect((await users().get({ userId })).tokenCount).toBe(0)
  })
})

it('the audit trail of a user holds what he did and what was done to his machines, without others’ addresses', async () => {
  const hostId = await addHost(db(), `h-${newUuid()}`)
  const vm = { name: `v-${newUuid().slice(-12)}`, ownerId: world.ada.userId, hostId, state: 'stopped' } as const
  const vmId = await addVm(db(), vm)
  const { admin } = world
  await insertAudit(db(), {
    ...{ actorUserId: admin.userId, actorName: admin.name, via: 'session', viaId: null, ip: '192.0.2.7' },
    ...{ procedure: 'vm.update', targetKind: 'vm', targetId: vmId, targetName: vm.name },
    ...{ operationId: null, outcome: 'ok', errorCode: null },
  })
  await world.as(world.ada).user.updateProfile({ name: 'ada' })
  await world.as(world.bob).user.updateProfile({ name: 'bob' })
  const forAdmin = await world.as(admin).audit.list({ filter: { targetId: vmId } })
  expect(forAdmin.items).toMatchObject([{ ip: '192.0.2.7' }])
  const seen = await world.as(world.ada).audit.list({})
  expect(seen.items.map(({ actor, procedure, ip }) => [actor.userId, procedure, ip]).slice(0, 2)).toEqual([
    [world.ada.userId, 'user.updateProfile', null],
    [world.admin.userId, 'vm.update', null],
  ])
  const own = new Set([world.ada.userId, vmId])
  expect(seen.items.filter(({ actor, target }) => !own.has(actor.userId ?? '') && !own.has(target.id ?? ''))).toEqual(
    [],
  )
  const foreign = await world.as(world.bob).audit.list({ filter: { targetId: vmId } })
  expect(foreign.items).toEqual([])
})

describe('the stream', () => {
  const heardBy = (ownerId: string | null, signal: AbortSignal) =>
    world.process.panel.events.stream({ ownerId, lastEventId: null, signal })[Symbol.asyncIterator]()
  const next = async (stream: ReturnType<typeof heardBy>): Promise<unknown> => {
    const { done, value } = await stream.next()
    return done === true ? 'ended' : value.event
  }

  it('tells administrators that an account changed, and nobody else', async () => {
    const made = await users().create({ email: 'live@example.test', name: 'Live' })
    const hostId = await addHost(db(), `h-${newUuid()}`)
    const vmId = await addVm(db(), { ownerId: made.userId, hostId, name: 'stream-vm', state: 'stopped' })
    const stop = new AbortController()
    const [admin, user] = [heardBy(null, stop.signal), heardBy(made.userId, stop.signal)]
    expect([await next(admin), await next(user)]).toEqual([{ kind: 'stream.reset' }, { kind: 'stream.reset' }])
    await users().update({ userId: made.userId, email: 'lively@example.test' })
    await announce(db(), { kind: 'vm.changed', vmId })
    expect(await next(admin)).toEqual({ kind: 'accounts.changed' })
    expect(await next(user)).toMatchObject({ kind: 'vm.changed', vm: { vmId } })
    stop.abort()
  })

  it.each(['by an administrator', 'by himself'])("tells a renamed user's machines anew, %s", async (by) => {
    const made = await users().create({ email: `${newUuid()}@example.test`, name: 'Before' })
    const hostId = await addHost(db(), `h-${newUuid()}`)
    const vmId = await addVm(db(), { ownerId: made.userId, hostId, name: `v-${newUuid()}`, state: 'stopped' })
    const stop = new AbortController()
    const admin = heardBy(null, stop.signal)
    await next(admin)
    const { userId } = made
    if (by === 'by himself') await world.as({ ...world.ada, userId }).user.updateProfile({ name: 'After' })
    else await users().update({ userId, name: 'After' })
    const changed = { kind: 'vm.changed', vm: expect.objectContaining({ vmId, owner: { userId, name: 'After' } }) }
    expect([await next(admin), await next(admin)]).toContainEqual(changed)
    stop.abort()
  })
})
