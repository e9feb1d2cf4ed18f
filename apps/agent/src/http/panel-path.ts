/** By which of its addresses this host reaches the panel: the one that the panel can reach it by, where nothing stands between. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { AppError } from '@berth/core/errors/app-error'

const connectTimeoutMs = 10_000

/** Throws HOST_UNREACHABLE when the panel does not answer there. */
export async function addressTowards(panelUrl: string, signal: AbortSignal): Promise<string> {
  const { hostname, port, protocol } = new URL(panelUrl)
  const host = hostname.replace(/^\[|\]$/g, '')
  const socket = connect({ host, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) })
  try {
    await once(socket, 'connect', { signal: AbortSignal.any([signal, AbortSignal.timeout(connectTimeoutMs)]) })
    // A socket of both families names an IPv4 address in IPv6's form.
    return (socket.localAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '')
  } catch (cause) {
    throw new AppError('HOST_UNREACHABLE', `Nothing answers at ${panelUrl}`, { cause })
  } finally {
    socket.destroy()
  }
}
