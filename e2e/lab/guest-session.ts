/** A TCP session to a guest that counts into it: what came over it, and whether it still stands. */
import type { Lab } from './lab.ts'

export interface GuestSession extends Disposable {
  /** The numbers of its lines "CNT n …", in the order in which they came. */
  readonly counts: readonly number[]
  /** The system's word for how it ended; undefined while it stands. */
  readonly ended: string | undefined
}

const client = (address: string, port: number): string => `
  const socket = require('net').connect({ host: '${address}', port: ${port} })
  socket.setNoDelay()
  socket.on('data', (data) => process.stdout.write(data))
  socket.on('error', (error) => process.stderr.write(error.code))
  socket.on('end', () => process.stderr.write('closed by the guest'))`

/** From the guest network, as a client of the guest. */
export function openGuestSession(lab: Lab, address: string, port: number): GuestSession {
  const child = lab.client([process.execPath, '-e', client(address, port)])
  const counts: number[] = []
  let [text, ended]: [string, string | undefined] = ['', undefined]
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = `${text}${chunk}`.split('\n')
    text = lines.pop() ?? ''
    counts.push(...lines.flatMap((line) => (/^CNT \d+ /.test(line) ? [Number(line.split(' ')[1])] : [])))
  })
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (ended = `${ended ?? ''}${chunk}`))
  child.once('exit', (code) => (ended ??= `its client ended with ${code}`))
  return {
    counts,
    get ended() {
      return ended
    },
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  }
}
