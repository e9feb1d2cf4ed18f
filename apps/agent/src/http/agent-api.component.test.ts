/** The agent's door: who gets in, what is answered, and that the event stream resumes. */
import { request } from 'node:https'
import { agentEventSchema } from '@berth/core/agent-contract/agent-events'
import { newUuid } from '@berth/core/ids/ids'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestHost } from '../testing/test-host.ts'
import { createTestCa } from '../testing/test-ca.ts'

let host: TestHost
beforeAll(async () => {
  host = await TestHost.open()
  await host.start()
})
afterAll(async () => {
  await host[Symbol.asyncDispose]()
})

const hello = '/trpc/agent.hello'

describe('the door', () => {
  it('opens for the panel', async () => {
    expect(await host.calls.query('agent.hello')).toMatchObject({
      contractVersion: 1,
      capabilities: [
        ...['consoles', 'metrics', 'moves', 'renewal', 'refusals', 'pools', 'move-options', 'forecast', 'mirror'],
        'off-moves',
        'image-transfer',
      ],
    })
  })

  it('stays shut without a certificate, and for one of another authority', async () => {
    const { port } = host.agent
    const ask = (credentials: { cert?: string; key?: string }): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const call = request({ host: '127.0.0.1', port, path: hello, ca: host.panel.ca.caPem, ...credentials }, resolve)
        call.on('error', reject)
        call.end()
      })
    await expect(ask({})).rejects.toThrow()
    const { certPem, keyPem } = await (await createTestCa()).makeClient('panel')
    await expect(ask({ cert: certPem, key: keyPem })).rejects.toThrow()
  })

  it('lets other hosts of the installation ask what is between hosts, and nothing else', async () => {
    await using calls = await host.panel.connect(host.agent.port, `host:${newUuid()}`)
    const vmId = newUuid()
    expect(await calls.query('move.owner', { vmId })).toEqual({ kind: 'unknown' })
    const input = encodeURIComponent(JSON.stringify({ 0: { vmId }, 1: { vmId } }))
    const closed = [
      ...[hello, '/trpc/host.snapshot', '/trpc/step.run', '/trpc/step.wait', '/trpc/vm.observe', '/trpc/vm.sendKeys'],
      ...[`/trpc/move.owner,vm.observe?batch=1&input=${input}`, '/trpc/move.owner/', '/trpc/move%2Eowner', '/'],
      ...['/trpc/agent.events', '/trpc//move.owner', '/trpc/vm.observe?/trpc/move.owner'],
    ]
    for (const path of closed) {
      const response = await calls.raw(path)
      expect([path, response.statusCode]).toEqual([path, 403])
      expect(await response.body.json()).toMatchObject({ error: { code: 'PERMISSION_DENIED' } })
    }
    const upgrade = calls.raw(`/console/${vmId}/serial`, {
      headers: { connection: 'upgrade', upgrade: 'websocket' },
      upgrade: 'websocket',
    })
    await expect(upgrade).rejects.toThrow()
  })

  it('refuses every other name', async () => {
    for (const name of ['host:', 'host:panel', 'Panel', 'somebody', `panel, CN=host:${newUuid()}`]) {
      await using calls = await host.panel.connect(host.agent.port, name)
      const response = await calls.raw('/trpc/move.owner')
      expect([name, response.statusCode]).toEqual([name, 403])
      await response.body.dump()
    }
  })

  it('names what is wrong with a request', async () => {
    await expect(host.calls.query('vm.observe', { vmId: '../../etc' })).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    await expect(host.calls.query('vm.nothing')).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    const vmId = newUuid()
    await expect(host.calls.query('vm.observe', { vmId })).rejects.toMatchObject({ code: 'VM_NOT_FOUND' })
    const response = await host.calls.raw('/elsewhere')
    expect(response.statusCode).toBe(404)
    await response.body.dump()
  })

  it('ends upgrades that are for no console', async () => {
    for (const path of ['/', '/console/x/serial', `/console/${newUuid()}/serial`, `/console/${newUuid()}/serial?x=1`]) {
      const upgrade = host.calls.raw(path, {
        headers: { connection: 'upgrade', upgrade: 'websocket' },
        upgrade: 'websocket',
      })
      await expect(upgrade).rejects.toThrow()
    }
  })
})

describe('a machine asked over the wire', () => {
  it('shows its screen, its command line and what was said to QEMU, and takes keys', async () => {
    const vmId = await host.defineAndStart()
    expect(await host.calls.query('vm.screenshot', { vmId })).toMatchObject({
      pngBase64: expect.stringMatching(/^iVBOR/),
    })
    expect(await host.calls.query('vm.commandLine', { vmId })).toMatchObject({
      argv: expect.arrayContaining(['-S', vmId]),
    })
    expect(await host.calls.query('vm.flightRecords', { vmId })).toMatchObject({
      records: expect.arrayContaining([expect.objectContaining({ name: 'cont', direction: 'command' })]),
    })
    await host.calls.mutate('vm.sendKeys', { vmId, keys: ['ctrl', 'alt', 'delete'] })
    const nonsense = host.calls.mutate('vm.sendKeys', { vmId, keys: ['nonsense'] })
    await expect(nonsense).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    await host.run({ kind: 'vm.stop', vmId, vmEpoch: 1 })
    const off = host.calls.query('vm.screenshot', { vmId })
    await expect(off).rejects.toMatchObject({ code: 'VM_STATE_CONFLICT' })
  })
})

describe('the event stream', () => {
  /** The next `count` events that have an id, with the last id. */
  async function listen(lastEventId: string | null, count: number) {
    const abort = new AbortController()
    const kinds: string[] = []
    let id = ''
    for await (const block of host.calls.events(lastEventId, abort.signal)) {
      if (block.id === '' || block.data === null || block.event !== '') continue
      kinds.push(agentEventSchema.parse(block.data).kind)
      id = block.id
      if (kinds.length === count) break
    }
    return { kinds, id }
  }

  it('begins with all there is, and goes on after the last id without a gap', async () => {
    const first = await listen(null, 1)
    expect(first.kinds).toEqual(['host.snapshot'])
    const vmId = await host.define()
    const missed = await listen(first.id, 4)
    expect(missed.kinds[0]).toBe('step.ended')
    expect(missed.kinds).toContain('vm.observed')
    await host.run({ kind: 'vm.undefine', vmId, vmEpoch: 1 })
    expect((await listen(missed.id, 2)).kinds).toContain('vm.removed')
    expect((await listen('of-another-life:3', 1)).kinds).toEqual(['host.snapshot'])
  })
})
