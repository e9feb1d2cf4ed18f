/** The panel's side for tests: answers joins, and calls an agent over mutual TLS as plain JSON, the way curl would. */
import { createHash, randomBytes, X509Certificate } from 'node:crypto'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { formatJoinToken, joinRequestSchema, type JoinAnswer } from '@berth/core/agent-contract/join'
import { isJoinRequestProven, proveJoinAnswer } from '@berth/core/agent-contract/join-proof'
import { errorFromWire } from '@berth/core/errors/app-error'
import { hostIdSchema, newUuid } from '@berth/core/ids/ids'
import { Agent, request, type Dispatcher } from 'undici'
import { z } from 'zod'
import { createTestCa, type TestCa } from './test-ca.ts'

export interface AgentCalls extends AsyncDisposable {
  query: (path: string, input?: unknown) => Promise<unknown>
  mutate: (path: string, input: unknown) => Promise<unknown>
  /** The raw answer to anything. */
  raw: (path: string, options?: Partial<Dispatcher.RequestOptions>) => Promise<Dispatcher.ResponseData>
  /** Server-sent events as `{id, event, data}` from the subscription agent.events. */
  events: (
    lastEventId: string | null,
    signal: AbortSignal,
  ) => AsyncGenerator<{ id: string; event: string; data: unknown }>
}

export interface TestPanel extends AsyncDisposable {
  readonly ca: TestCa
  /** Of the last host that joined. */
  readonly hostId: () => string
  readonly url: string
  readonly token: string
  /** The body of the last join, as it was sent. */
  lastRequest: () => string
  /** How often a join was asked. */
  joinCount: () => number
  connect: (port: number, commonName?: string) => Promise<AgentCalls>
}

const answerSchema = z.union([
  z.object({ result: z.object({ data: z.unknown() }) }),
  z.object({ error: z.object({ data: z.object({ appError: z.unknown() }) }) }),
])

/** `change`: what somebody between panel and host makes of the answer. */
export async function openTestPanel(change: (answer: JoinAnswer) => unknown = (answer) => answer): Promise<TestPanel> {
  const ca = await createTestCa()
  const caFingerprint = createHash('sha256').update(new X509Certificate(ca.caPem).raw).digest('hex')
  const joinToken = { tokenId: newUuid(), secret: randomBytes(32).toString('base64url'), caFingerprint }
  const token = formatJoinToken(joinToken)
  let joins = 0
  let hostId = ''
  let lastRequest = ''
  const server = createServer((incoming, response) => {
    const answer = async (): Promise<void> => {
      joins++
      lastRequest = await text(incoming)
      const asked = joinRequestSchema.parse(JSON.parse(lastRequest))
      if (!(await isJoinRequestProven(joinToken.secret, asked))) {
        response.writeHead(403).end(JSON.stringify({ error: { code: 'JOIN_REFUSED', message: 'unknown token' } }))
        return
      }
      const joined = hostIdSchema.parse(newUuid())
      hostId = joined
      const certificatePem = await ca.sign(asked.csrPem, `host:${hostId}`)
      const said = { hostId: joined, hostName: 'test-host', certificatePem, caPem: ca.caPem }
      const proof = await proveJoinAnswer(joinToken.secret, asked, said)
      response.end(JSON.stringify(change({ ...said, proof })))
    }
    answer().catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    ...{ ca, token },
    url: `http://127.0.0.1:${port}`,
    hostId: () => hostId,
    joinCount: () => joins,
    lastRequest: () => lastRequest,
    connect: async (agentPort, commonName = 'panel') => {
      const { certPem, keyPem } = await ca.makeClient(commonName)
      const dispatcher = new Agent({ connect: { ca: ca.caPem, cert: certPem, key: keyPem } })
      return callsOver(dispatcher, `https://127.0.0.1:${agentPort}`)
    },
    [Symbol.asyncDispose]: async () => {
      await new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      })
    },
  }
}

function callsOver(dispatcher: Agent, origin: string): AgentCalls {
  const raw: AgentCalls['raw'] = (path, options = {}) => request(`${origin}${path}`, { ...options, dispatcher })
  const read = async (response: Dispatcher.ResponseData): Promise<unknown> => {
    const answer = answerSchema.parse(await response.body.json())
    if ('error' in answer) throw errorFromWire(answer.error.data.appError)
    return answer.result.data
  }
  const inputOf = (input: unknown): string =>
    input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`
  return {
    raw,
    query: async (path, input) => read(await raw(`/trpc/${path}${inputOf(input)}`)),
    mutate: async (path, input) =>
      read(
        await raw(`/trpc/${path}`, {
          method: 'POST',
          body: JSON.stringify(input),
          headers: { 'content-type': 'application/json' },
        }),
      ),
    async *events(lastEventId, signal) {
      const { body } = await raw(`/trpc/agent.events${inputOf({ lastEventId })}`, {
        headers: { accept: 'text/event-stream' },
        signal,
      })
      let text = ''
      for await (const chunk of body) {
        text += String(chunk)
        const blocks = text.split('\n\n')
        text = blocks.pop() ?? ''
        for (const block of blocks) yield readBlock(block)
      }
    },
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  }
}

function readBlock(block: string): { id: string; event: string; data: unknown } {
  const field = (name: string): string => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1] ?? ''
  const data = field('data')
  return { id: field('id'), event: field('event'), data: data === '' ? null : JSON.parse(data) }
}
