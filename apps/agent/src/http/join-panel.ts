/**
 * How this host becomes part of an installation: it makes its key, has it signed by the panel against a one-time token, and
 * keeps the answer. Neither key nor token leaves the host: it proves the token, and believes only an answer that proves it,
 * too, and brings the CA whose fingerprint the token names. Done once; an agent that has joined skips it.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { isJoinAnswerProven, proveJoinRequest } from '@berth/core/agent-contract/join-proof'
import {
  joinAnswerSchema,
  parseJoinToken,
  type JoinAnswer,
  type JoinRequest,
  type JoinToken,
} from '@berth/core/agent-contract/join'
import { AppError, hasErrorCode, toAppError, wireErrorSchema } from '@berth/core/errors/app-error'
import type { Logger } from 'pino'
import { z } from 'zod'
import { loadIdentity, saveIdentity, type HostIdentity } from './host-identity.ts'
import { makeKeyAndRequest } from './key-and-request.ts'
import { readCertificate, requireOwnCertificate } from './own-certificate.ts'
import { addressTowards } from './panel-path.ts'

export interface JoinOptions {
  dataDir: string
  panelUrl: string | undefined
  joinTokenFile: string | undefined
  /** Where the panel reaches this agent; undefined: by the address by which this host reaches the panel. */
  address: string | undefined
  port: number
  agentVersion: string
  logger: Logger
  signal: AbortSignal
}

const attemptTimeoutMs = 15_000
const maxPauseMs = 30_000

const refused = (why: string, cause?: unknown): AppError => new AppError('JOIN_REFUSED', why, { cause })

/**
 * The host's identity, joining first where it has none. Tries for as long as the panel does not answer; throws
 * JOIN_REFUSED when it says no, or when there is nothing to join with.
 */
export async function ensureIdentity(options: JoinOptions): Promise<HostIdentity> {
  return (await loadIdentity(options.dataDir)) ?? joinPanel(options)
}

/**
 * Joins by the token of the file, unless it was that one's token by which this host has joined. A host that was revoked so
 * comes back under its name; JOIN_REFUSED when the token is another installation's than the one it belongs to.
 */
export async function joinPanel(options: JoinOptions): Promise<HostIdentity> {
  const { panelUrl, joinTokenFile } = options
  if (panelUrl === undefined || joinTokenFile === undefined) {
    throw refused('This host has not joined: BERTH_PANEL_URL and BERTH_JOIN_TOKEN_FILE are needed once')
  }
  const token = parseJoinToken(await readFile(joinTokenFile, 'utf8'))
  if (token === null) throw refused('The join token is not whole; copy all of the command')
  const known = await loadIdentity(options.dataDir)
  if (known?.joinTokenId === token.tokenId) return known
  if (known !== undefined && fingerprintOf(known.caPem) !== token.caFingerprint) {
    throw refused(
      `This computer is host ${known.hostName} of another installation; its identity lies in ${options.dataDir}`,
    )
  }
  const { keyPem, csrPem } = await makeKeyAndRequest()
  const asking = { ...options, panelUrl, token, csrPem, keyPem, previousHostId: known?.hostId ?? null }
  const answer = await askUntilAnswered(asking)
  const { hostId, hostName, certificatePem, caPem } = answer
  const identity = { hostId, hostName, certificatePem, caPem, keyPem, joinTokenId: token.tokenId }
  await saveIdentity(options.dataDir, identity)
  options.logger.info({ hostId, hostName }, 'joined')
  return identity
}

interface Asking extends JoinOptions {
  panelUrl: string
  token: JoinToken
  csrPem: string
  keyPem: string
  previousHostId: JoinRequest['previousHostId']
}

async function askUntilAnswered(asking: Asking): Promise<JoinAnswer> {
  const { panelUrl, logger, signal } = asking
  for (let attempt = 0; ; attempt++) {
    let reason = ''
    try {
      return await ask(asking)
    } catch (error) {
      if (hasErrorCode(error, 'JOIN_REFUSED')) throw error
      reason = toAppError(error).message
    }
    const pauseMs = Math.min(500 * 2 ** attempt, maxPauseMs)
    if (!signal.aborted) logger.warn({ panelUrl, reason, pauseMs }, 'the panel does not answer the join; trying again')
    await pause(pauseMs, undefined, { signal }).catch((cause: unknown) => {
      throw new AppError('HOST_UNREACHABLE', `The panel does not answer at ${panelUrl}: ${reason}`, { cause })
    })
  }
}

async function ask(asking: Asking): Promise<JoinAnswer> {
  const { panelUrl, token, signal } = asking
  const request = await requestOf(asking)
  const response = await fetch(new URL('/api/join', panelUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(attemptTimeoutMs)]),
  })
  const text = await response.text()
  if (!response.ok) {
    const isFinal = response.status >= 400 && response.status < 500 && ![408, 425, 429].includes(response.status)
    throw new AppError(isFinal ? 'JOIN_REFUSED' : 'HOST_UNREACHABLE', reasonIn(text, response.status))
  }
  const answer = readAnswer(text)
  if (!(await isJoinAnswerProven(token.secret, request, answer))) {
    throw refused('The answer does not come from the panel that made the command. Who stands between?')
  }
  requireCertificates(answer, asking)
  return answer
}

async function requestOf(asking: Asking): Promise<JoinRequest> {
  const { panelUrl, token, csrPem, port, agentVersion, previousHostId, signal } = asking
  const address = asking.address ?? (await addressTowards(panelUrl, signal))
  const said = { tokenId: token.tokenId, csrPem, address, port, agentVersion, previousHostId }
  return { ...said, proof: await proveJoinRequest(token.secret, said) }
}

function readAnswer(text: string): JoinAnswer {
  try {
    return joinAnswerSchema.parse(JSON.parse(text))
  } catch (error) {
    throw refused('What answers there is not a Berth panel, or one of another version', error)
  }
}

function requireCertificates({ hostId, certificatePem, caPem }: JoinAnswer, { token, keyPem }: Asking): void {
  try {
    if (fingerprintOf(caPem) !== token.caFingerprint) throw refused('The CA is not the one that the token names.')
    requireOwnCertificate(certificatePem, { hostId, caPem, keyPem })
  } catch (error) {
    throw hasErrorCode(error, 'JOIN_REFUSED') ? error : refused(toAppError(error).message, error)
  }
}

const fingerprintOf = (pem: string): string => createHash('sha256').update(readCertificate(pem).raw).digest('hex')

const refusalSchema = z.object({ error: wireErrorSchema })

function reasonIn(text: string, status: number): string {
  try {
    const { error } = refusalSchema.parse(JSON.parse(text))
    return `The panel says: ${error.message}`
  } catch {
    // Not one of our own answers: a proxy's page, or another program on that port. The status says what there is to say.
    return `The panel answered ${status}`
  }
}
