import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { createApiToken } from '@berth/api/auth/api-token-repo'
import { newUuid } from '@berth/core/ids/ids'
import { testPassword } from '@berth/api/testing/open-test-panel'
import { codeOf, servePanel, type ServedPanel } from './testing/serve-test-panel.ts'

let panel: ServedPanel
let cookie: string
beforeAll(async () => {
  panel = await servePanel()
  cookie = await panel.signIn('ada')
})
afterAll(() => panel[Symbol.asyncDispose]())

const signInBody = (name: string, password = testPassword) => ({ email: `${name}@example.test`, password })
const profile = { name: 'Ada L.' }

describe('sign-in', () => {
  it('gives a cookie that scripts cannot read and other sites do not send', async () => {
    const { origin } = panel
    const response = await panel.post('/api/auth/sign-in/email', signInBody('ada'), { origin })
    expect(response.headers.getSetCookie().join()).toMatch(/berth\.session_token=[^;]+;.*HttpOnly; SameSite=Lax/)
  })

  it('refuses a page of another site, and what no form of ours asks for', async () => {
    const foreign = await panel.post('/api/auth/sign-in/email', signInBody('ada'), { origin: 'http://evil.example' })
    expect([foreign.status, await codeOf(foreign)]).toEqual([403, 'ORIGIN_FORBIDDEN'])
    const own = { origin: panel.origin }
    for (const path of [
      'sign-up/email',
      'update-user',
      'delete-user',
      'sign-in/social',
      '../auth/sign-up/email',
      'ok',
    ]) {
      expect((await panel.post(`/api/auth/${path}`, {}, own)).status).toBe(404)
    }
  })

  it('stops guessing at an account, tells how long to wait, and is no longer open to the right password either', async () => {
    const guess = (password: string) =>
      panel.post('/api/auth/sign-in/email', signInBody('bob', password), { origin: panel.origin })
    const answers = await Promise.all(Array.from({ length: 14 }, (_, i) => guess(`wrong password ${i}`)))
    expect(answers.filter((answer) => answer.status === 401)).toHaveLength(10)
    const limited = await guess(testPassword)
    expect(limited.status).toBe(429)
    expect(await limited.json()).toMatchObject({
      code: 'RATE_LIMITED',
      message: expect.stringMatching(/again in \d+ s/),
    })
    const trail = await panel.world
      .as(panel.world.admin)
      .audit.list({ filter: { procedure: 'auth.signIn', outcome: 'denied' } })
    expect(trail.items.length).toBeGreaterThanOrEqual(10)
    expect(trail.items.map((record) => record.errorCode)).toContain('CREDENTIALS_INVALID')
    expect(JSON.stringify(trail)).not.toContain('wrong password')
  })

  it('ends with the session', async () => {
    const bye = await panel.signIn('root')
    const headers = { cookie: bye, origin: panel.origin }
    expect((await panel.get('/api/trpc/user.me', headers)).status).toBe(200)
    expect((await panel.post('/api/auth/sign-out', {}, headers)).status).toBe(200)
    expect((await panel.get('/api/trpc/user.me', headers)).status).toBe(401)
  })
})

describe('mutations', () => {
  const update = (headers: Record<string, string>, body: unknown = profile) =>
    panel.post('/api/trpc/user.updateProfile', body, headers)

  it('need a session, and a page of our own', async () => {
    expect(await codeOf(await update({ origin: panel.origin }))).toBe('SESSION_REQUIRED')
    for (const origin of [undefined, 'null', 'http://evil.example', panel.origin.replace('http:', 'https:')]) {
      expect(await codeOf(await update({ cookie, ...(origin === undefined ? {} : { origin }) }))).toBe(
        'ORIGIN_FORBIDDEN',
      )
    }
    expect((await update({ cookie, origin: panel.origin })).status).toBe(200)
  })

  it('are never made by GET, by a form, or by a body that is too large or no JSON', async () => {
    const input = encodeURIComponent(JSON.stringify(profile))
    const headers = { cookie, origin: panel.origin }
    expect((await panel.get(`/api/trpc/user.updateProfile?input=${input}`, headers)).status).toBe(405)
    expect((await update({ ...headers, 'content-type': 'text/plain' })).status).toBe(415)
    expect((await update({ ...headers, 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415)
    expect((await update(headers, { name: 'x'.repeat(1_100_000) })).status).toBe(413)
    expect((await update(headers, '{"name":')).status).toBe(400)
    expect(await codeOf(await update(headers, { name: 'a\0' }))).toBe('INPUT_INVALID')
    expect(await codeOf(await update(headers, { name: 'a', role: 'admin' }))).toBe('INPUT_INVALID')
  })
})

describe('API tokens', () => {
  const me = (token: string) => panel.get('/api/trpc/user.me', { authorization: `Bearer ${token}` })

  it('work without a cookie or an origin, until they are revoked', async () => {
    const made = await panel.post('/api/trpc/token.create', { name: 'ci' }, { cookie, origin: panel.origin })
    const { result } = (await made.json()) as { result: { data: { token: string; tokenId: string } } }
    const { token, tokenId } = result.data
    expect(token).toMatch(/^berth_/)
    expect(await (await me(token)).json()).toMatchObject({ result: { data: { via: 'token' } } })
    const authorization = `Bearer ${token}`
    expect((await panel.post('/api/trpc/user.updateProfile', profile, { authorization })).status).toBe(200)
    const listed = await panel.get('/api/trpc/token.list', { cookie })
    expect(await listed.text()).not.toContain(token)
    const owner = { cookie: await panel.signIn('ada'), origin: panel.origin }
    const unknown = await panel.post('/api/trpc/token.revoke', { tokenId: newUuid() }, owner)
    expect([unknown.status, await codeOf(unknown)]).toEqual([404, 'OBJECT_NOT_FOUND'])
    expect((await panel.post('/api/trpc/token.revoke', { tokenId }, { authorization })).status).toBe(200)
    expect((await me(token)).status).toBe(401)
  })

  it('end with their time, and a wrong one is not rescued by a cookie', async () => {
    const { db } = panel.world.process.panel
    const expired = { userId: panel.world.ada.userId, name: 'old', expiresAt: new Date(Date.now() - 1_000) }
    expect((await me((await createApiToken(db, expired)).token)).status).toBe(401)
    const wrong = { authorization: `Bearer berth_${'x'.repeat(43)}`, cookie }
    expect((await panel.get('/api/trpc/user.me', wrong)).status).toBe(401)
  })
})

test('every answer carries the headers that keep other sites out, and internals stay inside', async () => {
  const response = await panel.get('/api/trpc/nothing.here', { cookie })
  expect(response.status).toBe(404)
  expect(response.headers.get('x-frame-options')).toBe('DENY')
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  expect(await response.text()).not.toMatch(/stack|node_modules/)
})

test('health, readiness and figures answer without a session', async () => {
  expect(await (await panel.get('/healthz')).text()).toBe('ok\n')
  expect((await panel.get('/readyz')).status).toBe(200)
  expect(await (await panel.get('/metrics')).text()).toMatch(/berth_vms\{state="running"\} 0/)
})

const host = 'host: 127.0.0.1\r\n'
const upgrade = `${host}connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: x\r\nsec-websocket-version: 13\r\n\r\n`
test.each([
  '/',
  '/_next/hmr',
  '/_next/webpack-hmr',
  '/ws/console/',
  '/ws/trpc',
  '/api/trpc/events.stream',
  'http://evil.example/',
])('an upgrade to %s is cut without a word', async (path) => {
  expect(await panel.raw(`GET ${path} HTTP/1.1\r\n${upgrade}`)).toBe('')
})

test.each([
  [
    'an absolute address',
    `GET http://169.254.169.254/ HTTP/1.1\r\n${host}connection: close\r\n\r\n`,
    /^HTTP\/1\.1 400/,
  ],
  ['an unknown path of ours', `GET /api/nothing HTTP/1.1\r\n${host}connection: close\r\n\r\n`, /^HTTP\/1\.1 404/],
  ['a path that is no UTF-8', `GET /machines/%E0%A4%A HTTP/1.1\r\n${host}connection: close\r\n\r\n`, /^HTTP\/1\.1 404/],
  ['headers that are too large', `GET / HTTP/1.1\r\n${host}x: ${'y'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 4\d\d/],
  ['nonsense', 'HELO\r\n\r\n', /^HTTP\/1\.1 400/],
])('%s is refused', async (_what, text, answer) => {
  expect(await panel.raw(text)).toMatch(answer)
})
