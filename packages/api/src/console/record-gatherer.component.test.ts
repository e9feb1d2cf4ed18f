import { once } from 'node:events'
import { connect as connectPlain, createServer as createPlainServer, type AddressInfo, type Socket } from 'node:net'
import { connect, createServer, type TLSSocket } from 'node:tls'
import 'reflect-metadata'
import { PemConverter, X509CertificateGenerator } from '@peculiar/x509'
import { KiB, MiB } from '@berth/core/units/bytes'
import { describe, expect, it, vi } from 'vitest'
import { RecordGatherer } from './record-gatherer.ts'

/** agent ═TLS═▶ gatherer ─▶ browser, all over real sockets. */
async function openSplice() {
  const { certPem, keyPem } = await selfSigned()
  const agents = createServer({ cert: certPem, key: keyPem, minVersion: 'TLSv1.3' }).listen(0, '127.0.0.1')
  const browsers = createPlainServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await Promise.all([once(agents, 'listening'), once(browsers, 'listening')])
  const sinkSide = accepted<Socket>(browsers, 'connection')
  const browser = connectPlain(portOf(browsers), '127.0.0.1')
  const sink = await sinkSide
  const gatherer = new RecordGatherer(sink)
  const agentSide = accepted<TLSSocket>(agents, 'secureConnection')
  const options = { port: portOf(agents), host: '127.0.0.1', ca: certPem, onread: gatherer.onread, allowHalfOpen: true }
  const source = connect({ ...options, checkServerIdentity: () => undefined })
  await once(source, 'secureConnect')
  gatherer.join(source)
  const agent = await agentSide
  return {
    ...{ agent, source, sink, browser },
    [Symbol.dispose]: () => {
      for (const socket of [agent, source, sink, browser]) socket.destroy()
      agents.close()
      browsers.close()
    },
  }
}

describe('record gatherer', () => {
  it('hands on every byte in order, in far fewer writes than records, and the end after them', async () => {
    using splice = await openSplice()
    const sent = numbered(24 * MiB)
    const write = vi.spyOn(splice.sink, 'write')
    const received = collect(splice.browser)
    splice.agent.end(sent)
    expect(Buffer.compare(await received, sent)).toBe(0)
    expect(write.mock.calls.length).toBeLessThan((24 * MiB) / (16 * KiB) / 2)
  })

  it('hands on a small message at once, without another turn of the loop', async () => {
    using splice = await openSplice()
    const write = vi.spyOn(splice.sink, 'write')
    for (const text of ['a', 'bc', 'def']) {
      splice.agent.write(text)
      expect(String((await once(splice.browser, 'data'))[0])).toBe(text)
    }
    expect(write).toHaveBeenCalledTimes(3)
  })

  it('keeps about a megabyte for a browser that reads nothing, and goes on when it reads', async () => {
    using splice = await openSplice()
    const sent = numbered(48 * MiB)
    splice.browser.pause()
    splice.agent.end(sent)
    await vi.waitFor(() => expect(splice.source.isPaused()).toBe(true))
    expect(splice.sink.writableLength).toBeLessThan(3 * MiB)
    expect(Buffer.compare(await collect(splice.browser), sent)).toBe(0)
  })

  it('keeps order when small and large messages take turns', async () => {
    using splice = await openSplice()
    const received = collect(splice.browser)
    const parts = Array.from({ length: 400 }, (_, index) => numbered(index % 3 === 0 ? 40 * KiB : 1 + (index % 50)))
    for (const part of parts) {
      splice.agent.write(part)
      if (parts.indexOf(part) % 7 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    splice.agent.end()
    expect(Buffer.compare(await received, Buffer.concat(parts))).toBe(0)
  })
})

/** Every fourth byte group differs, so that a slab written over too early shows. */
function numbered(bytes: number): Buffer {
  const data = Buffer.alloc(bytes)
  for (let at = 0; at + 4 <= bytes; at += 4) data.writeUInt32LE(at, at)
  return data
}

async function collect(socket: Socket): Promise<Buffer> {
  const parts: Buffer[] = []
  socket.on('data', (part: Buffer) => parts.push(part))
  socket.resume()
  await once(socket, 'end')
  return Buffer.concat(parts)
}

function accepted<T>(server: NodeJS.EventEmitter, event: string): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>()
  server.once(event, resolve)
  return promise
}

const portOf = (server: { address(): AddressInfo | string | null }): number => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server does not listen')
  return address.port
}

async function selfSigned(): Promise<{ certPem: string; keyPem: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...{ name: 'CN=agent', keys, signingAlgorithm: algorithm },
    ...{ notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) },
  })
  const key = await crypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { certPem: certificate.toString('pem'), keyPem: PemConverter.encode(key, 'PRIVATE KEY') }
}
