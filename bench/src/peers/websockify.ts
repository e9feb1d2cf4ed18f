/** websockify, the usual WebSocket proxy of noVNC: one hop, without tickets, TLS or a panel; it forks for each viewer. */
import { freeTcpPort } from '../measure/free-tcp-port.ts'
import { startProgram, until, type StartedProgram } from '../measure/started-program.ts'
import { connect } from 'node:net'
import { once } from 'node:events'

export interface Websockify extends AsyncDisposable {
  readonly port: number
  readonly program: StartedProgram
}

export async function startWebsockify(unixTarget: string, logPath: string): Promise<Websockify> {
  const port = await freeTcpPort()
  const argv = ['/usr/bin/websockify', `--unix-target=${unixTarget}`, `127.0.0.1:${port}`]
  const program = await startProgram({ argv, logPath })
  await until('websockify listens', () => listens(port))
  return { port, program, [Symbol.asyncDispose]: () => program.end() }
}

async function listens(port: number): Promise<true | undefined> {
  const socket = connect({ port, host: '127.0.0.1' })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    // Refused: it is starting.
    return undefined
  } finally {
    socket.destroy()
  }
}
