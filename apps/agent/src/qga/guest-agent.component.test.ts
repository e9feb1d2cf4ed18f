import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { GuestAgent } from './guest-agent.ts'

const dir = mkdtempSync(join(tmpdir(), 'berth-qga-'))
afterAll(() => rmSync(dir, { recursive: true }))
let count = 0

const requestSchema = z.object({ execute: z.string(), arguments: z.record(z.string(), z.unknown()).default({}) })
type Answer = (command: string, socket: Socket) => unknown

/** Speaks as qemu-ga does on its end of the channel. `answer` returns the reply's value, or undefined for none. */
async function serve(answer: Answer): Promise<AsyncDisposable & { agent: GuestAgent; commands: string[] }> {
  const socketPath = join(dir, `qga${++count}`)
  const commands: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString('latin1').split('\n').filter(Boolean)) {
        const request = requestSchema.parse(JSON.parse(line.replace(/^\xff/, '')))
        commands.push(request.execute)
        const isSync = request.execute === 'guest-sync-delimited'
        const value = isSync ? request.arguments['id'] : answer(request.execute, socket)
        const text = `${JSON.stringify({ return: value })}\n`
        if (value !== undefined) socket.write(Buffer.concat([Buffer.from(isSync ? [0xff] : []), Buffer.from(text)]))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  const agent = new GuestAgent(socketPath)
  return {
    agent,
    commands,
    [Symbol.asyncDispose]: async () => {
      agent.close()
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('GuestAgent', () => {
  it('syncs once, then asks', async () => {
    await using guest = await serve(() => ({}))
    await Promise.all([guest.agent.ping(), guest.agent.ping()])
    expect(guest.commands).toEqual(['guest-sync-delimited', 'guest-ping', 'guest-ping'])
  })

  it('throws away what an earlier client left in the channel', async () => {
    await using guest = await serve(() => ({ 'host-name': 'debian' }))
    await using stale = await serve((command, socket) => {
      if (command === 'guest-ping') socket.write('{"return": {"host-name": "old"}}\nhalf a li')
      return command === 'guest-ping' ? {} : { 'host-name': 'new' }
    })
    expect(await guest.agent.hostName()).toBe('debian')
    await stale.agent.ping()
    stale.agent.close()
    expect(await stale.agent.hostName()).toBe('new')
    expect(stale.commands.filter((command) => command === 'guest-sync-delimited')).toHaveLength(2)
  })

  it('reports addresses, and nothing that is none', async () => {
    await using guest = await serve(() => [
      {
        name: 'eth0\u001b]0;x\u0007',
        'hardware-address': '52:54:00:AA:BB:CC',
        'ip-addresses': [
          { 'ip-address': '10.0.0.5', 'ip-address-type': 'ipv4', prefix: 24 },
          { 'ip-address': '<script>', 'ip-address-type': 'ipv4', prefix: 24 },
        ],
      },
      { name: 'sit0' },
    ])
    expect(await guest.agent.networkInterfaces()).toEqual([
      { name: 'eth0]0;x', mac: '52:54:00:aa:bb:cc', addresses: [{ ip: '10.0.0.5', prefixLength: 24 }] },
      { name: 'sit0', mac: undefined, addresses: [] },
    ])
  })

  it('says that an agent that never answers is not there, and recovers when it is', async () => {
    let isDeaf = true
    await using guest = await serve(() => (isDeaf ? undefined : {}))
    await expect(guest.agent.ping({ timeoutMs: 50 })).rejects.toMatchObject({ code: 'GUEST_AGENT_UNAVAILABLE' })
    isDeaf = false
    await guest.agent.ping()
    expect(guest.commands.at(-2)).toBe('guest-sync-delimited')
  })

  it('takes silence after guest-shutdown as accepted, and a refusal as one', async () => {
    await using obedient = await serve((command) => (command === 'guest-shutdown' ? undefined : {}))
    await obedient.agent.shutdown()
    expect(obedient.commands).toContain('guest-shutdown')
    await using stubborn = await serve((command, socket) => {
      if (command !== 'guest-shutdown') return {}
      socket.write('{"error": {"class": "CommandNotFound", "desc": "disabled"}}\n')
      return undefined
    })
    await expect(stubborn.agent.shutdown()).rejects.toMatchObject({ details: { class: 'CommandNotFound' } })
    await stubborn.agent.ping()
  })

  it('cuts off a guest that floods the channel', async () => {
    await using guest = await serve((_command, socket) => {
      socket.write(Buffer.alloc(2 * 1024 * 1024, 'x'))
      return undefined
    })
    await expect(guest.agent.ping()).rejects.toMatchObject({
      code: 'GUEST_AGENT_UNAVAILABLE',
      message: 'the guest agent sent something that is not understood',
    })
  })

  it('is cancelled, and says when there is no channel', async () => {
    await using guest = await serve(() => undefined)
    await expect(guest.agent.ping({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'OPERATION_CANCELLED',
    })
    await expect(new GuestAgent(join(dir, 'none')).ping()).rejects.toMatchObject({ code: 'GUEST_AGENT_UNAVAILABLE' })
  })
})
