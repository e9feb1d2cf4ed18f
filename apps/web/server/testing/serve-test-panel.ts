/** A test panel that listens on a port of its own, and a client that speaks to it as curl or a browser would. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { pino } from 'pino'
import { openTestPanel, testPassword, type TestPanel, type TestPanelOptions } from '@berth/api/testing/open-test-panel'
import { startPanelServer } from '../panel-server.ts'

export interface ServedPanel extends AsyncDisposable {
  readonly world: TestPanel
  readonly origin: string
  readonly port: number
  /** Signs in and answers the cookie. */
  signIn(name: 'root' | 'ada' | 'bob'): Promise<string>
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  get(path: string, headers?: Record<string, string>): Promise<Response>
  /** Sends raw bytes and answers all that comes back until the server closes. */
  raw(text: string): Promise<string>
  dial(): Promise<Socket>
}

export async function servePanel(options: TestPanelOptions = {}): Promise<ServedPanel> {
  await using stack = new AsyncDisposableStack()
  const world = stack.use(await openTestPanel(options))
  const env = { listen: '127.0.0.1', port: 0, publicUrl: undefined, isDev: false }
  const log = pino({ level: 'silent' })
  const server = stack.use(await startPanelServer({ process: world.process, env, log, hasPages: false }))
  const origin = `http://127.0.0.1:${server.port}`
  const post: ServedPanel['post'] = (path, body, headers = {}) =>
    fetch(origin + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  const dial = async (): Promise<Socket> => {
    const socket = connect({ port: server.port, host: '127.0.0.1' })
    await once(socket, 'connect')
    return socket
  }
  const opened = stack.move()
  return {
    world,
    origin,
    port: server.port,
    post,
    dial,
    get: (path, headers = {}) => fetch(origin + path, { headers }),
    async signIn(name) {
      const credentials = { email: `${name}@example.test`, password: testPassword }
      const response = await post('/api/auth/sign-in/email', credentials, { origin })
      if (!response.ok) throw new Error(`sign-in answered ${response.status}`)
      return response.headers
        .getSetCookie()
        .map((cookie) => cookie.split(';', 1)[0])
        .join('; ')
    },
    async raw(text) {
      const socket = await dial()
      socket.write(text)
      const chunks: Buffer[] = []
      socket.on('data', (chunk: Buffer) => chunks.push(chunk))
      // A reset is one of the ways in which a server may refuse.
      socket.on('error', () => undefined)
      await once(socket, 'close')
      return Buffer.concat(chunks).toString()
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** The AppError's code of an answer, whichever part of the panel gave it. */
export async function codeOf(response: Response): Promise<string> {
  const text = await response.text()
  return /"appError":\{"code":"([A-Z_]+)"/.exec(text)?.[1] ?? /"error":\{"code":"([A-Z_]+)"/.exec(text)?.[1] ?? text
}
