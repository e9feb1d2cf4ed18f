/** Who speaks at the door, and what that one may ask: by the certificate's common name, and by nothing else. */
import { TLSSocket } from 'node:tls'
import { imageFilePath } from '@berth/core/agent-contract/image-commands'
import { betweenHosts, pathProbePath } from '@berth/core/agent-contract/agent-contract'
import { hostCommonName, panelCommonName } from '@berth/core/agent-contract/join'
import { AppError } from '@berth/core/errors/app-error'
import { hostIdSchema, type HostId } from '@berth/core/ids/ids'

export type Peer = { readonly kind: 'panel' } | { readonly kind: 'host'; readonly hostId: HostId }

export const trpcPath = '/trpc/'

const panel: Peer = { kind: 'panel' }
const hostPrefix = hostCommonName('')
/** One procedure a request, by its exact path: a batch, or another spelling, is none of these. */
const openToHosts: ReadonlySet<string> = new Set([
  pathProbePath,
  imageFilePath,
  ...betweenHosts.map((name) => `${trpcPath}${name}`),
])

/** Throws PERMISSION_DENIED for anybody who is neither the panel nor a host of this installation. */
export function peerOf(socket: unknown): Peer {
  if (!(socket instanceof TLSSocket) || !socket.authorized)
    throw new AppError('PERMISSION_DENIED', 'A certificate of this installation is needed')
  const name = String(socket.getPeerCertificate().subject.CN)
  if (name === panelCommonName) return panel
  const hostId = hostIdSchema.safeParse(name.startsWith(hostPrefix) ? name.slice(hostPrefix.length) : undefined)
  if (hostId.success) return { kind: 'host', hostId: hostId.data }
  throw new AppError('PERMISSION_DENIED', `"${name}" may not command this host`)
}

/** `url` as it came. Throws PERMISSION_DENIED: everything is the panel's alone but the few questions between hosts. */
export function checkMayAsk(peer: Peer, url: string | undefined): void {
  if (peer.kind === 'panel' || openToHosts.has((url ?? '').split('?')[0] ?? '')) return
  throw new AppError('PERMISSION_DENIED', `"${hostCommonName(peer.hostId)}" may not ask this of another host`)
}

/** The host that asks. Throws PERMISSION_DENIED for the panel: what is between hosts is not the panel's to say. */
export function requireHost(peer: Peer): HostId {
  if (peer.kind === 'host') return peer.hostId
  throw new AppError('PERMISSION_DENIED', 'Only another host may ask this.')
}
