import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, get, type IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { serveStaticFiles } from './static-files.ts'

const script = 'const berth = "berth";\n'.repeat(100)
let dir: string
const server = createServer()

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'berth-static-'))
  await mkdir(join(dir, 'static/chunks'), { recursive: true })
  await writeFile(join(dir, 'secret.txt'), 'not for browsers')
  await writeFile(join(dir, 'static/chunks/a1.js'), script)
  await writeFile(join(dir, 'static/chunks/a1.js.br'), brotliCompressSync(script))
  await mkdir(join(dir, 'before/chunks'), { recursive: true })
  await writeFile(join(dir, 'before/chunks/a1.js'), 'of the build before')
  await writeFile(join(dir, 'before/chunks/b2.js'), 'only of the build before')
  const serve = serveStaticFiles([join(dir, 'static'), join(dir, 'before')])
  server.on('request', (request, response) => {
    if (!serve(request, response)) response.end('a page')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(async () => {
  server.close()
  await rm(dir, { recursive: true })
})

/** By Node's own client, which neither decodes a body nor tidies a path. */
async function read(path: string, headers: Record<string, string> = {}) {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const request = get({ host: '127.0.0.1', port, path, headers, agent: false })
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number | undefined
    headers: IncomingHttpHeaders
    body: Buffer
  }>()
  request.on('error', reject)
  request.on('response', (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('end', () => {
      resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) })
    })
  })
  return promise
}

it('sends what the build compressed, to be kept for ever', async () => {
  const { status, headers, body } = await read('/_next/static/chunks/a1.js', { 'accept-encoding': 'gzip, br' })
  expect(status).toBe(200)
  expect(headers).toMatchObject({
    'content-encoding': 'br',
    'cache-control': 'public,max-age=31536000,immutable',
    'content-type': expect.stringContaining('javascript'),
    vary: 'Accept-Encoding',
  })
  expect(brotliDecompressSync(body).toString()).toBe(script)
})

it('sends the plain file to who takes nothing else', async () => {
  const { headers, body } = await read('/_next/static/chunks/a1.js')
  expect(headers['content-encoding']).toBeUndefined()
  expect(body.toString()).toBe(script)
})

it('knows nothing outside of its folder, and does not let a miss be remembered', async () => {
  for (const path of ['../secret.txt', '..%2fsecret.txt', '%2e%2e/secret.txt', 'chunks/gone.js', '%', 'chunks/%00']) {
    const { status, headers, body } = await read(`/_next/static/${path}`)
    expect([path, status]).toEqual([path, 404])
    expect(headers['cache-control']).toBe('no-store')
    expect(body.toString()).not.toContain('not for browsers')
  }
  expect((await read('/machines')).body.toString()).toBe('a page')
})

it('has the files of the build before for pages that are still open, after its own', async () => {
  const old = await read('/_next/static/chunks/b2.js')
  expect(old.status).toBe(200)
  expect(old.body.toString()).toBe('only of the build before')
  expect((await read('/_next/static/chunks/a1.js')).body.toString()).toBe(script)
})
