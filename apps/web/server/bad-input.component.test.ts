/**
 * Every field of every procedure against values that have broken other panels. What is refused is refused with a code of
 * ours, nothing is a fault, and nothing changes. The router is read at run time, so a new procedure is in without a word.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { listProcedures, withField, type FieldPath, type KnownProcedure } from './testing/input-fields.ts'
import { servePanel, type ServedPanel } from './testing/serve-test-panel.ts'

/** Stand in the JSON for what JSON.stringify cannot write. */
const raw: Readonly<Record<string, string>> = {
  '@huge': '1e309',
  '@unsafe': '9007199254740993',
  '@deep': '['.repeat(10_000) + ']'.repeat(10_000),
  '@proto': '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}',
  '@twice': '{"a":1,"a":2}',
}
const hostile: readonly unknown[] = [
  ...[
    '',
    ' ',
    'x'.repeat(20_000),
    'a\0b',
    'a\u202Eb',
    '😀'.repeat(50),
    '\ud800',
    '../../etc/passwd',
    '..%2f..%2f',
    '-rf',
  ],
  ...['a,b=c', '$(id)', '`id`', 'a\nb', '%s%n', "'; DROP TABLE vm; --", 'null', 'NaN', '9'.repeat(400)],
  ...[
    -1,
    0.5,
    null,
    true,
    [],
    {},
    ['a', ['b']],
    { length: 1 },
    { not: null },
    { contains: '' },
    { gt: '' },
    { set: [] },
  ],
  ...[{ path: ['a'], equals: 1 }, { toString: 'x' }, ...Object.keys(raw)],
]

const answerSchema = z.object({
  error: z
    .object({
      data: z.object({ httpStatus: z.number(), path: z.string().optional(), appError: z.object({ code: z.string() }) }),
    })
    .optional(),
})
type Answer = z.infer<typeof answerSchema>
interface Call {
  readonly path: string
  readonly input: unknown
  readonly about: string
}

const procedures = listProcedures()
const maxBatchBytes = 500_000
let panel: ServedPanel
let headers: Record<string, string>
beforeAll(async () => {
  panel = await servePanel()
  headers = { cookie: await panel.signIn('root'), origin: panel.origin }
})
afterAll(() => panel[Symbol.asyncDispose]())

const jsonOf = (input: unknown): string =>
  JSON.stringify(input ?? null).replace(/"(@[a-z]+)"/g, (whole, name: string) => raw[name] ?? whole)

/** Twenty calls in one request, all of queries or all of mutations. */
async function send(type: string, calls: readonly Call[]): Promise<Answer[]> {
  const paths = calls.map((call) => call.path).join(',')
  const body = `{${calls.map(({ input }, i) => `"${i}":${jsonOf(input)}`).join(',')}}`
  const url = `/api/trpc/${paths}?batch=1`
  const response =
    type === 'mutation'
      ? await panel.post(url, body, headers)
      : await panel.get(`${url}&input=${encodeURIComponent(body)}`, headers)
  return z.array(answerSchema).parse(await response.json())
}

/** The address of a query is bounded with its headers; what is too long for it is refused before any schema. */
function* batchesOf(type: string, calls: readonly Call[]): Generator<Call[]> {
  const bound = type === 'mutation' ? maxBatchBytes : 8_000
  let batch: Call[] = []
  let bytes = 0
  for (const call of calls) {
    const own = type === 'mutation' ? jsonOf(call.input).length : encodeURIComponent(jsonOf(call.input)).length
    if (own > bound) continue
    if (batch.length === 20 || bytes + own > bound) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(call)
    bytes += own + call.path.length
  }
  if (batch.length > 0) yield batch
}

const callsOf = ({ path, input, fields }: KnownProcedure): Call[] => {
  const whole: readonly FieldPath[] = [[], ...fields, ['noSuchField'], ['__proto__x']]
  return whole.flatMap((field) =>
    hostile.map((value) => {
      const shown = jsonOf(value).slice(0, 60)
      return { path, input: withField(input, field, value), about: `${path} ${field.join('.')} = ${shown}` }
    }),
  )
}

/** Rows of all that a request could make or change, but what is written about requests, or told of a caller's own name. */
async function fingerprint(): Promise<string> {
  const { db } = panel.world.process.panel
  const rows = await db.$queryRaw<unknown[]>`
    SELECT (SELECT count(*)::int FROM vm) AS vm, (SELECT count(*)::int FROM image) AS image,
      (SELECT count(*)::int FROM operation) AS operation, (SELECT count(*)::int FROM volume) AS volume,
      (SELECT count(*)::int FROM host) AS host, (SELECT json_agg(n ORDER BY id)::text FROM network n WHERE kind <> 'bridge') AS network,
      (SELECT count(*)::int FROM console_ticket) AS ticket,
      (SELECT count(*)::int FROM event WHERE kind <> 'accounts.changed') AS event,
      (SELECT json_agg(json_build_object('role', role, 'email', email) ORDER BY id)::text FROM "user") AS "user"`
  return JSON.stringify(rows)
}

/**
 * Their own name, keys, tokens and filters: text of the caller's about himself, which may be odd and is shown as text.
 * Of an administrator: a network's name, and a bridge or an address that may be there one day.
 */
const mayAccept = new Set([
  ...['user.updateProfile', 'token.create', 'user.setSshKeys', 'vm.saveFilter', 'vm.forgetFilter'],
  ...['network.create', 'host.createJoinToken'],
])

test.each(['query', 'mutation'])('no %s has a field that breaks it', async (type) => {
  const before = await fingerprint()
  const wrong: string[] = []
  let sent = 0
  for (const batch of batchesOf(type, procedures.filter((each) => each.type === type).flatMap(callsOf))) {
    const answers = await send(type, batch)
    expect(answers).toHaveLength(batch.length)
    sent += batch.length
    for (const [i, { error }] of answers.entries()) {
      const { about = '', path = '' } = batch[i] ?? {}
      const isRefused = error !== undefined && error.data.httpStatus < 500 && error.data.appError.code !== 'INTERNAL'
      const isHarmless = error === undefined && (type === 'query' || mayAccept.has(path))
      if (!isRefused && !isHarmless) wrong.push(`${about}: ${JSON.stringify(error?.data ?? 'accepted')}`)
    }
  }
  expect(wrong.slice(0, 30)).toEqual([])
  expect(sent).toBeGreaterThan(1_000)
  expect(await fingerprint()).toBe(before)
})

test('the inputs that are bent above are understood when they are straight', async () => {
  const notUnderstood: string[] = []
  for (const { path, type, input } of procedures) {
    if (type === 'subscription') continue
    const [answer] = await send(type, [{ path, input, about: path }])
    const code = answer?.error?.data.appError.code ?? 'ok'
    if (['INPUT_INVALID', 'NAME_INVALID', 'SIZE_INVALID'].includes(code)) notUnderstood.push(`${path}: ${code}`)
  }
  expect(notUnderstood).toEqual([])
})

test('a megabyte in any field is refused before it is read', async () => {
  const mutations = procedures.filter((each) => each.type === 'mutation')
  for (const { path, input, fields } of mutations) {
    const response = await panel.post(
      `/api/trpc/${path}`,
      jsonOf(withField(input, fields[0] ?? [], 'x'.repeat(1_048_576))),
      headers,
    )
    const answer = answerSchema.parse(await response.json())
    expect([path, response.status, answer.error?.data.appError.code]).toEqual([path, 413, 'INPUT_INVALID'])
  }
})

test('the stream refuses a place that is none, or starts anew', async () => {
  const event = procedures.find((each) => each.type === 'subscription')
  for (const value of hostile) {
    const cancel = new AbortController()
    const query = encodeURIComponent(jsonOf(withField(event?.input, ['lastEventId'], value)))
    const response = await fetch(`${panel.origin}/api/trpc/${event?.path}?input=${query.slice(0, 15_000)}`, {
      headers,
      signal: cancel.signal,
    })
    expect([jsonOf(value).slice(0, 60), response.status < 500]).toEqual([jsonOf(value).slice(0, 60), true])
    cancel.abort()
  }
})
