/** What a user's browser and scripts meet when an administrator makes, resets and disables him: the whole way by HTTP. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { testPassword } from '@berth/api/testing/open-test-panel'
import { codeOf, servePanel, type ServedPanel } from './testing/serve-test-panel.ts'

let panel: ServedPanel
beforeAll(async () => {
  panel = await servePanel()
})
afterAll(() => panel[Symbol.asyncDispose]())

const own = () => ({ origin: panel.origin })
const ownPassword = 'a password of my own'

const signIn = (email: string, password: string): Promise<Response> =>
  panel.post('/api/auth/sign-in/email', { email, password }, own())

const cookieOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ')

const changePassword = (cookie: string, currentPassword: string, newPassword: string): Promise<Response> =>
  panel.post('/api/auth/change-password', { currentPassword, newPassword }, { ...own(), cookie })

async function newUser(email: string): Promise<{ userId: string; password: string }> {
  const made = await panel.world.as(panel.world.admin).user.create({ email, name: 'New' })
  return { userId: made.userId, password: made.password ?? '' }
}

test('a new user does nothing before he has a password of his own', async () => {
  const { userId, password } = await newUser('eve@example.test')
  const signedIn = await signIn('Eve@example.test', password)
  expect(await signedIn.clone().json()).toMatchObject({ user: { mustChangePassword: true } })
  const cookie = cookieOf(signedIn)
  expect(await codeOf(await panel.get('/api/trpc/user.me', { cookie }))).toBe('PASSWORD_CHANGE_REQUIRED')
  expect(await codeOf(await panel.get('/api/trpc/events.stream', { cookie }))).toBe('PASSWORD_CHANGE_REQUIRED')

  const same = await changePassword(cookie, password, password)
  expect([same.status, await same.json()]).toMatchObject([400, { code: 'PASSWORD_UNCHANGED' }])
  expect((await changePassword(cookie, 'not the password', ownPassword)).status).toBe(400)
  expect(await codeOf(await panel.get('/api/trpc/user.me', { cookie }))).toBe('PASSWORD_CHANGE_REQUIRED')

  expect((await changePassword(cookie, password, ownPassword)).status).toBe(200)
  expect((await panel.get('/api/trpc/user.me', { cookie })).status).toBe(200)
  expect((await signIn('eve@example.test', password)).status).toBe(401)
  expect((await signIn('eve@example.test', ownPassword)).status).toBe(200)
  const trail = await panel.world.as(panel.world.admin).audit.list({ filter: { procedure: 'auth.changePassword' } })
  expect(trail.items.map(({ actor, outcome }) => [actor.userId, outcome])).toEqual([
    [userId, 'ok'],
    [userId, 'denied'],
  ])
  const account = await panel.world.as(panel.world.admin).user.get({ userId })
  expect(account).toMatchObject({ mustChangePassword: false, lastSignInAt: expect.any(String), sessionCount: 2 })
})

test('a disabled user is told so only with his own password, and his session and token are worth nothing', async () => {
  const admin = panel.world.as(panel.world.admin)
  const { userId } = panel.world.bob
  const cookie = await panel.signIn('bob')
  const made = await panel.post('/api/trpc/token.create', { name: 'script' }, { ...own(), cookie })
  const answer = z.object({ result: z.object({ data: z.object({ token: z.string() }) }) }).parse(await made.json())
  const authorization = `Bearer ${answer.result.data.token}`
  expect((await panel.get('/api/trpc/user.me', { authorization })).status).toBe(200)

  await admin.user.disable({ userId })
  expect(await codeOf(await panel.get('/api/trpc/user.me', { cookie }))).toBe('SESSION_REQUIRED')
  expect(await codeOf(await panel.get('/api/trpc/user.me', { authorization }))).toBe('SESSION_REQUIRED')
  expect((await signIn('bob@example.test', 'not the password')).status).toBe(401)
  const refused = await signIn('bob@example.test', testPassword)
  expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'ACCOUNT_DISABLED' }])
  expect(refused.headers.getSetCookie()).toEqual([])
  const trail = await admin.audit.list({ filter: { procedure: 'auth.signIn', outcome: 'denied' }, limit: 2 })
  expect(trail.items.map((item) => item.errorCode)).toEqual(['ACCOUNT_DISABLED', 'CREDENTIALS_INVALID'])

  await admin.user.enable({ userId })
  expect(await codeOf(await panel.get('/api/trpc/user.me', { cookie }))).toBe('SESSION_REQUIRED')
  expect((await signIn('bob@example.test', testPassword)).status).toBe(200)
})

test('a session that was made while its user was being disabled is worth nothing', async () => {
  const cookie = await panel.signIn('bob')
  await panel.world.process.panel.db.user.update({
    where: { id: panel.world.bob.userId },
    data: { disabledAt: new Date() },
  })
  expect(await codeOf(await panel.get('/api/trpc/user.me', { cookie }))).toBe('SESSION_REQUIRED')
})

test('a reset password signs out, and must be changed', async () => {
  const cookie = await panel.signIn('ada')
  const { password } = await panel.world.as(panel.world.admin).user.resetPassword({ userId: panel.world.ada.userId })
  expect(await codeOf(await panel.get('/api/trpc/user.me', { cookie }))).toBe('SESSION_REQUIRED')
  expect((await signIn('ada@example.test', testPassword)).status).toBe(401)
  const again = cookieOf(await signIn('ada@example.test', password ?? ''))
  expect(await codeOf(await panel.get('/api/trpc/user.me', { cookie: again }))).toBe('PASSWORD_CHANGE_REQUIRED')
})
