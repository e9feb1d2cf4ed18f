/**
 * POST /api/join: how an agent becomes a host. It has no session; that it knows a one-time token is its right. Before that it
 * fetches the agent itself, which is for everybody.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { joinRequestSchema } from '@berth/core/agent-contract/join'
import { AppError } from '@berth/core/errors/app-error'
import { appErrorOf } from '@berth/api/trpc/error-map'
import type { AgentBundle } from '@berth/api/host/agent-bundle'
import { joinHost, type JoinDoor } from '@berth/api/host/join-host'
import { answerJson } from './plain-answer.ts'
import { readBody } from './request-body.ts'

const maxBodyBytes = 16 * 1_024

export async function handleJoin(door: JoinDoor, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') throw new AppError('INPUT_INVALID', 'Hosts join by POST.')
  // A page cannot send this type to another site without asking first.
  if (request.headers['content-type']?.split(';')[0] !== 'application/json') {
    throw new AppError('INPUT_INVALID', 'content-type: application/json is needed.')
  }
  const body = (await readBody(request, maxBodyBytes)).toString('utf8')
  answerJson(response, 200, await joinHost(door, parseRequest(body)))
}

function parseRequest(body: string) {
  try {
    return joinRequestSchema.parse(JSON.parse(body))
  } catch (error) {
    if (error instanceof SyntaxError) throw new AppError('INPUT_INVALID', 'The body is not JSON.', { cause: error })
    throw appErrorOf(error)
  }
}

/** The same bytes for as long as this panel runs, and their sum as its tag. */
export async function serveAgentBundle(
  bundle: () => Promise<AgentBundle>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new AppError('INPUT_INVALID', 'The agent is fetched by GET.')
  const { bytes, sha256 } = await bundle()
  response.writeHead(200, {
    'content-type': 'application/gzip',
    'content-length': bytes.byteLength,
    'cache-control': 'no-cache',
    etag: `"${sha256}"`,
  })
  response.end(request.method === 'HEAD' ? undefined : bytes)
}
