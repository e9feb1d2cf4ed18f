/**
 * The handshake that a machine's memory would begin with: TCP and TLS with the key of one move, to the QEMU that waits for
 * it. QEMU's own server (GnuTLS) speaks with ours (OpenSSL) by TLS 1.2's pre-shared keys.
 */
import { connect } from 'node:tls'
import { AppError, toAppError } from '@berth/core/errors/app-error'
import { keyUser } from '../qmp/commands/move-commands.ts'

export interface Handshake {
  readonly handshakeMs: number
  readonly cipher: string
}

export interface ShakeHandsOptions {
  readonly host: string
  readonly port: number
  /** Hexadecimal. */
  readonly tlsKey: string
  readonly signal: AbortSignal
}

const patienceMs = 10_000

/** Throws MOVE_FAILED: the port is closed or blocked, or whoever is behind it has another key. */
export async function shakeHands({ host, port, tlsKey, signal }: ShakeHandsOptions): Promise<Handshake> {
  const beganAtMs = performance.now()
  const { promise, resolve, reject } = Promise.withResolvers<Handshake>()
  const seen = { isOpen: false }
  const socket = connect({
    ...{ host, port, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers: 'PSK' },
    pskCallback: () => ({ psk: Buffer.from(tlsKey, 'hex'), identity: keyUser }),
    // The key itself says who it is: there is no certificate.
    checkServerIdentity: () => undefined,
  })
  socket.once('connect', () => (seen.isOpen = true))
  socket.once('secureConnect', () =>
    resolve({
      handshakeMs: performance.now() - beganAtMs,
      cipher: `${socket.getProtocol() ?? ''}, ${socket.getCipher().name}`,
    }),
  )
  socket.once('error', reject)
  socket.once('close', () => reject(new Error('it was closed before the handshake was over')))
  const stop = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])
  const giveUp = (): void => reject(new Error(`no answer within ${patienceMs / 1_000} s`))
  stop.addEventListener('abort', giveUp, { once: true })
  try {
    return await promise
  } catch (error) {
    const { message } = toAppError(error)
    const what = seen.isOpen
      ? `The QEMU that waits there refuses the handshake: ${message}`
      : `Memory would not get to ${host}:${port}: ${message}. A firewall between the hosts may block that port.`
    throw new AppError('MOVE_FAILED', what, { cause: error })
  } finally {
    stop.removeEventListener('abort', giveUp)
    socket.destroy()
  }
}
