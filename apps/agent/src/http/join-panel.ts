/**
 * How this host becomes part of an installation: it makes its key, has it signed by the panel against a one-time token,
 * and keeps the answer. The key never leaves the host. Done once; an agent that has joined skips it.
 */
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { joinAnswerSchema, type JoinAnswer, type JoinRequest } from '@berth/core/agent-contract/join'
import { AppError, hasErrorCode, wireErrorSchema } from '@berth/core/errors/app-error'
import type { Logger } from 'pino'
import { z } from 'zod'
import { loadIdentity, saveIdentity, type HostIdentity } from './host-identity.ts'
import { makeKeyAndRequest } from './key-and-request.ts'

export interface JoinOptions {
  dataDir: string
  panelUrl: string | undefined
  joinTokenFile: string | undefined
  /** Where the panel reaches this agent. */
  address: string
  port: number
  agentVersion: string
  logger: Logger
  signal: AbortSignal
}

const attemptTimeoutMs = 15_000
const maxPauseMs = 30_000

/**
 * The host's identity, joining first where it has none. Tries for as long as the panel does not answer; throws
 * JOIN_REFUSED when it says no, or when there is nothing to join with.
 */
export async function ensureIdentity(options: JoinOptions): Promise<HostIdentity> {
  const known = await loadIdentity(options.dataDir)
  if (known !== undefined) return known
  const { panelUrl, joinTokenFile } = options
  if (panelUrl === undefined || joinTokenFile === undefined) {
    throw new AppError(
      'JOIN_REFUSED',
      'This host has not joined: BERTH_PANEL_URL and BERTH_JOIN_TOKEN_FILE are needed once',
    )
  }
  const { keyPem, csrPem } = await makeKeyAndRequest()
  const request: JoinRequest = {
    token: (await readFile(joinTokenFile, 'utf8')).trim(),
    csrPem,
    address: options.address,
    port: options.port,
    agentVersion: options.agentVersion,
  }
  const answer = await askUntilAnswered(new URL('/api/join', panelUrl), request, options)
  const identity = { ...answer, keyPem }
  await saveIdentity(options.dataDir, identity)
  options.logger.info({ hostId: answer.hostId, hostName: answer.hostName }, 'joined')
  return identity
}

type Asking = Pick<JoinOptions, 'logger' | 'signal'>

async function askUntilAnswered(url: URL, request: JoinRequest, { logger, signal }: Asking): Promise<JoinAnswer> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask(url, request, signal)
    } catch (error) {
      if (hasErrorCode(error, 'JOIN_REFUSED') || signal.aborted) throw error
      const pauseMs = Math.min(500 * 2 ** attempt, maxPauseMs)
      const reason = error instanceof Error ? error.message : String(error)
      logger.warn({ url: url.href, reason, pauseMs }, 'the panel does not answer the join; trying again')
      await pause(pauseMs, undefined, { signal })
    }
  }
}

async function ask(url: URL, request: JoinRequest, signal: AbortSignal): Promise<JoinAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(attemptTimeoutMs)]),
  })
  const text = await response.text()
  if (response.ok) return joinAnswerSchema.parse(JSON.parse(text))
  const isFinal = response.status >= 400 && response.status < 500 && ![408, 425, 429].includes(response.status)
  throw new AppError(isFinal ? 'JOIN_REFUSED' : 'HOST_UNREACHABLE', reasonIn(text, response.status))
}

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
