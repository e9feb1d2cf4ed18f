/** Opens the panel's connections to agents' consoles: mutual TLS, to this host and no other. */
import { isIP } from 'node:net'
import { connect, createSecureContext, type PeerCertificate, type SecureContext, type TLSSocket } from 'node:tls'
import { hostCommonName } from '@berth/core/agent-contract/join'
import { AppError } from '@berth/core/errors/app-error'
import type { PanelIdentity } from '../host/certificate-authority.ts'
import type { AdmittedConsole } from './admit-console.ts'
import type { RecordGatherer } from './record-gatherer.ts'

const connectTimeoutMs = 10_000

/** A certificate of our authority is not enough: it must be this host's, or one host could pose as another. */
export function dialAgent(
  target: Pick<AdmittedConsole, 'hostId' | 'address' | 'port'>,
  identity: PanelIdentity,
  onread?: RecordGatherer['onread'],
): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>()
  const { address: host, port } = target
  const options = {
    ...{ host, port, allowHalfOpen: true },
    ...(onread && { onread }),
    secureContext: contextOf(identity),
    ...(isIP(target.address) ? {} : { servername: target.address }),
    checkServerIdentity: (_name: string, certificate: PeerCertificate) =>
      certificate.subject.CN === hostCommonName(target.hostId)
        ? undefined
        : new Error('the certificate is that of another host'),
  }
  // Node takes `onread` and `allowHalfOpen` here; its types know them for plain connections only.
  const agent = connect(options)
  const fail = (cause: Error): void => {
    agent.destroy()
    reject(new AppError('HOST_UNREACHABLE', `The console of ${target.address} does not answer.`, { cause }))
  }
  agent.setTimeout(connectTimeoutMs, () => fail(new Error('no answer in time')))
  agent.once('error', fail)
  agent.once('secureConnect', () => {
    agent.setTimeout(0)
    agent.off('error', fail)
    agent.setNoDelay(true)
    resolve(agent)
  })
  return promise
}

/** The last one that was used: a context of its own costs each connection 25 kB and a sixth of its CPU. */
const known: { identity?: PanelIdentity; context?: SecureContext } = {}

function contextOf(identity: PanelIdentity): SecureContext {
  const { caPem, certificatePem, keyPem } = identity
  const isKnown = known.identity?.caPem === caPem && known.identity.certificatePem === certificatePem
  if (isKnown && known.identity?.keyPem === keyPem && known.context) return known.context
  const context = createSecureContext({ ca: caPem, cert: certificatePem, key: keyPem, minVersion: 'TLSv1.3' })
  known.identity = identity
  known.context = context
  return context
}
