/** Requests that have got past the sign-in of Next.js applications: its own headers, its data routes, odd spellings of a path. */
import { request } from 'node:http'

export interface SurfaceRequest {
  readonly method: string
  /** Sent as it stands: no client may tidy it up. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

export interface SurfaceAnswer {
  readonly status: number
  readonly location: string | undefined
  readonly body: string
}

const get = (path: string, headers: Record<string, string> = {}): SurfaceRequest => ({ method: 'GET', path, headers })

export function surfaceRequests(vmId: string, buildId: string): SurfaceRequest[] {
  const pages = [
    '/',
    '/machines',
    `/machines/${vmId}`,
    `/console/${vmId}/screen`,
    '/hosts',
    '/tasks',
    '/settings/audit',
  ]
  return pages.flatMap((page) => [...spellings(page, buildId), ...internals(page)])
}

function spellings(page: string, buildId: string): SurfaceRequest[] {
  const bare = page === '/' ? '/index' : page
  const first = bare.charAt(1)
  const encoded = `/%${first.charCodeAt(0).toString(16)}${bare.slice(2)}`
  const paths = [
    ...[
      page,
      `${bare}/`,
      `/${bare}`,
      `/.${bare}`,
      `/x/..${bare}`,
      `/x/..%2f${bare.slice(1)}`,
      encoded,
      bare.toUpperCase(),
    ],
    ...[
      `${bare}.rsc`,
      `${bare}.txt`,
      `${bare}.segments/_tree.segment.rsc`,
      `${bare}.prefetch.rsc`,
      `${bare}.json`,
      `${bare}%00`,
    ],
    ...[
      `${bare}?_rsc=1`,
      `${bare}?__nextDataReq=1`,
      `${bare}?nxtPvmId=x`,
      `${bare}?x-middleware-subrequest=1`,
      `${bare};a=b`,
    ],
    ...[`/_next/data/${buildId}${bare}.json`, `/en/_next/data/${buildId}${bare}.json`, `/_next/data/x${bare}.json`],
    ...[`/_next/image?url=${encodeURIComponent(page)}&w=64&q=75`, `/_next/static/..${bare}`, `/_next/..${bare}`],
  ]
  return paths.map((path) => get(path))
}

function internals(page: string): SurfaceRequest[] {
  const subrequest = Array.from({ length: 5 }, () => 'src/middleware').join(':')
  const tree = encodeURIComponent(JSON.stringify(['', { children: ['__PAGE__', {}, null, null, 0] }, null, null, 1]))
  const headers: Record<string, string>[] = [
    { 'x-middleware-subrequest': subrequest },
    { 'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware' },
    { 'x-middleware-rewrite': page, 'x-middleware-next': '1', 'x-middleware-invoke': '1' },
    { rsc: '1' },
    { rsc: '1', 'next-router-prefetch': '1' },
    { rsc: '1', 'next-router-segment-prefetch': '/_tree' },
    { rsc: '1', 'next-router-state-tree': tree },
    { 'x-nextjs-data': '1' },
    { 'x-invoke-path': page, 'x-invoke-status': '200', 'x-matched-path': page },
    { 'x-now-route-matches': '1=a', 'x-rewrite-url': page, 'x-original-url': page },
    { 'next-action': '0'.repeat(40) },
    { authorization: 'Bearer undefined' },
    { cookie: 'berth.session_token=undefined' },
  ]
  const action = { 'next-action': '0'.repeat(40), 'content-type': 'text/plain;charset=UTF-8' }
  const form = { 'content-type': 'multipart/form-data; boundary=x' }
  return [
    ...headers.map((each) => get(page, each)),
    { method: 'POST', path: page, headers: action },
    { method: 'POST', path: page, headers: form },
    { method: 'HEAD', path: page, headers: {} },
    { method: 'OPTIONS', path: page, headers: {} },
  ]
}

/** Sends it to the panel at `origin`; the answer is read whole, with its headers in front of the body. */
export async function sendSurface(origin: string, { method, path, headers }: SurfaceRequest): Promise<SurfaceAnswer> {
  const { hostname, port } = new URL(origin)
  const { promise, resolve, reject } = Promise.withResolvers<SurfaceAnswer>()
  const asked = request({ hostname, port, method, path, headers, signal: AbortSignal.timeout(30_000) }, (response) => {
    const chunks: Buffer[] = []
    response.on('error', reject)
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('end', () => {
      const body = [JSON.stringify(response.headers), Buffer.concat(chunks).toString()].join('\n')
      resolve({ status: response.statusCode ?? 0, location: response.headers.location, body })
    })
  })
  asked.on('error', reject)
  asked.end()
  return promise
}
