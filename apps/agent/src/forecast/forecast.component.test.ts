/** What is measured before a move, and its rehearsal, with real QEMUs on two real agents. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { execFile } from 'node:child_process'
import { agentResultSchemas } from '@berth/core/agent-contract/agent-commands'
import { moveListenerSchema, movePassportSchema } from '@berth/core/agent-contract/move-commands'
import { dirtyBytesAfter, dirtyCurve } from '@berth/core/migration/dirty-curve'
import { dirtySampleSchema, pathSampleSchema } from '@berth/core/migration/move-forecast'
import { MiB } from '@berth/core/units/bytes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scanProcesses } from '../qemu/process-identity.ts'
import { runDirPaths } from '../qemu/run-dir.ts'
import { GuestSerial } from '../testing/guest-serial.ts'
import { firstEpoch, isSending, TwoHosts, type TestMove } from '../testing/two-hosts.ts'

let hosts: TwoHosts
beforeAll(async () => {
  hosts = await TwoHosts.open()
})
afterAll(async () => {
  await hosts[Symbol.asyncDispose]()
})

const bootMs = 60_000
const doorOf = (hosts: TwoHosts) => ({
  ...{ hostId: hosts.idOf(hosts.target), address: '127.0.0.1' },
  port: hosts.target.config.listen.port,
})

async function startWriter(dirtyBytes: number) {
  const vmId = await hosts.startCounter({ fillBytes: 40 * MiB, dirtyBytes })
  await using serial = await GuestSerial.open(hosts.source, vmId)
  await serial.waitFor(/#0004/, bootMs)
  return vmId
}

describe('measuring', () => {
  it(
    'sees the memory that is used, the working set, and that it changes in no time',
    { timeout: 120_000 },
    async () => {
      const { source } = hosts
      const vmId = await startWriter(8 * MiB)
      const [sample, same] = await Promise.all(
        [0, 1].map(async () => dirtySampleSchema.parse(await source.calls.query('forecast.dirty', { vmId }))),
      )
      if (sample === undefined) throw new Error('nothing was measured')
      // Who asks meanwhile gets the same.
      expect(same).toEqual(sample)
      expect(sample.usedBytes / MiB).toBeGreaterThan(35)
      expect(sample.usedBytes / MiB).toBeLessThan(50)
      const curve = dirtyCurve(sample)
      const after = (ms: number): number => dirtyBytesAfter(curve, ms) / MiB
      // 18 times in a second all of it: after a quarter of one there is nothing new.
      expect(after(250)).toBeGreaterThan(6)
      expect(after(60_000)).toBeLessThan(11)
      await source.run({ kind: 'vm.pause', vmId, vmEpoch: firstEpoch })
      const still = dirtySampleSchema.parse(await source.calls.query('forecast.dirty', { vmId }))
      expect(still.changes).toEqual([])
      await source.run({ kind: 'vm.stop', vmId, vmEpoch: firstEpoch })
      await expect(source.calls.query('forecast.dirty', { vmId })).rejects.toMatchObject({ code: 'VM_STATE_CONFLICT' })
    },
  )

  it('measures no machine that moves, and ends when one begins to', { timeout: 120_000 }, async () => {
    const { source, target } = hosts
    const vmId = await startWriter(16 * MiB)
    const measuring = source.calls.query('forecast.dirty', { vmId })
    const refused = expect(measuring).rejects.toMatchObject({ code: 'VM_STATE_CONFLICT' })
    const step = await hosts.begin(hosts.move(vmId), { bandwidthBytesPerSecond: 2 * MiB })
    await step.until(isSending)
    await refused
    await expect(source.calls.query('forecast.dirty', { vmId })).rejects.toMatchObject({ code: 'VM_STATE_CONFLICT' })
    await step.cancel()
    await step.report()
    expect(await target.calls.query('move.owner', { vmId })).toMatchObject({ kind: expect.any(String) as unknown })
    await source.run({ kind: 'vm.stop', vmId, vmEpoch: firstEpoch })
  })

  it('probes the path to the other agent, which takes it from hosts alone', { timeout: 60_000 }, async () => {
    const { source, target, panel } = hosts
    const began = performance.now()
    const path = pathSampleSchema.parse(await source.calls.query('forecast.path', { target: doorOf(hosts) }))
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(path.bytesPerSecond).toBeGreaterThan(10 * MiB)
    expect(path.roundTripMs).toBeLessThan(1_000)
    const wrong = { ...doorOf(hosts), hostId: hosts.idOf(source) }
    await expect(source.calls.query('forecast.path', { target: wrong })).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
    })
    await using stranger = await panel.connect(target.config.listen.port, 'somebody')
    const response = await stranger.raw('/path-probe', { method: 'POST', body: 'x' })
    expect(response.statusCode).toBe(403)
  })
})

describe('a rehearsal', () => {
  async function prepare({ vmId, vmEpoch, moveId, token, tlsKey, from, to }: TestMove) {
    const passport = movePassportSchema.parse(await from.run({ kind: 'move.inspect', vmId, vmEpoch }))
    const tokenHash = createHash('sha256').update(token).digest('hex')
    const asked = { vmId, vmEpoch, moveId, sourceHostId: hosts.idOf(from), passport, tokenHash, tlsKey }
    return moveListenerSchema.parse(await to.run({ kind: 'move.prepare', ...asked, isRehearsal: true }))
  }
  async function rehearse(
    { vmId, vmEpoch, moveId, tlsKey, from }: TestMove,
    memory: { host: string; port: number } | null,
  ) {
    const target = memory && { ...doorOf(hosts), memory, tlsKey }
    const asked = { policy: 'slow-down', transport: { streams: 2, compression: 'none' }, target } as const
    return agentResultSchemas['move.rehearse'].parse(
      await from.run({ kind: 'move.rehearse', vmId, vmEpoch, moveId, ...asked }),
    )
  }
  const abandon = ({ vmId, vmEpoch, moveId, to }: TestMove) =>
    to.run({ kind: 'move.abandon', vmId, vmEpoch, moveId, isRehearsal: true })

  it('really starts a QEMU, shakes hands with it, and leaves nothing behind', { timeout: 120_000 }, async () => {
    const { source, target } = hosts
    const vmId = await startWriter(0)
    const move = hosts.move(vmId)
    expect(await rehearse(move, null)).toEqual({ path: null })
    const { memory } = await prepare(move)
    expect(await scanProcesses(target.config.runDir)).toHaveLength(1)
    // Whoever asks, it is not taken.
    expect(await hosts.owners(vmId)).toMatchObject({ source: { kind: 'mine' }, target: { kind: 'waiting' } })
    const { path } = await rehearse(move, memory)
    expect(path?.cipher).toMatch(/PSK/)
    expect(path?.handshakeMs).toBeLessThan(10_000)
    await abandon(move)
    await abandon(move)
    expect(await scanProcesses(target.config.runDir)).toEqual([])
    expect(readdirSync(target.config.runDir)).toEqual([])
    for (const folder of ['incoming', 'moved', 'verdicts'])
      expect(readdirSync(join(target.config.dataDir, 'moves', folder))).toEqual([])
    expect(existsSync(join(target.config.dataDir, 'vms', vmId))).toBe(false)
    // QEMU's event loop polls by io_uring where it can, and the kernel lets go of such a ring's sockets after the process.
    await expect.poll(() => isOpen(memory.port)).toBe(false)

    expect(await source.moveStatusOf(vmId)).toBe('none')
    expect(await source.observe(vmId)).toMatchObject({ state: 'running', epoch: firstEpoch })
    expect(await (await hosts.begin(hosts.move(vmId))).report()).toMatchObject({ status: 'succeeded' })
    await target.run({ kind: 'vm.stop', vmId, vmEpoch: 2 })
  })

  it('names what is in the way: another key, a closed port, nothing that waits', { timeout: 120_000 }, async () => {
    const { source } = hosts
    const vmId = await startWriter(0)
    const move = hosts.move(vmId)
    const failed = { code: 'MOVE_FAILED' }
    await expect(rehearse(move, { host: '127.0.0.1', port: 9 })).rejects.toMatchObject(failed)
    const { memory } = await prepare(move)
    await expect(rehearse(move, { ...memory, port: 9 })).rejects.toMatchObject({
      ...failed,
      message: expect.stringContaining('127.0.0.1:9') as unknown,
    })
    await expect(rehearse({ ...move, tlsKey: 'ab'.repeat(32) }, memory)).rejects.toMatchObject({
      ...failed,
      message: expect.stringContaining('refuses the handshake') as unknown,
    })
    await abandon(move)
    await source.run({ kind: 'vm.stop', vmId, vmEpoch: firstEpoch })
  })

  it('tells in QEMU’s words what of the machine blocks a move', { timeout: 120_000 }, async () => {
    const { source } = hosts
    const vmId = await startWriter(0)
    const old = join(source.root, 'old.qcow')
    await promisify(execFile)('qemu-img', ['create', '-q', '-f', 'qcow', old, '1M'])
    await promisify(execFile)('chmod', ['666', old])
    await addOldDisk(runDirPaths(source.config.runDir, vmId).expertQmpSocket, old)
    await expect(rehearse(hosts.move(vmId), null)).rejects.toMatchObject({
      code: 'MOVE_BLOCKED',
      message: expect.stringContaining('does not support live migration') as unknown,
    })
    await source.run({ kind: 'vm.stop', vmId, vmEpoch: firstEpoch })
  })
})

/** By QEMU's monitor for experts: a format that Berth never uses, and QEMU cannot take along. */
async function addOldDisk(socketPath: string, filename: string): Promise<void> {
  const file = { driver: 'file', filename }
  const add = { execute: 'blockdev-add', arguments: { driver: 'qcow', 'node-name': 'old', file }, id: 'add' }
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = connect(socketPath)
  let said = ''
  socket.on('error', reject)
  socket.on('data', (piece) => {
    said += piece.toString()
    if (/"return": \{\}, "id": "add"|"id": "add", "return"/.test(said)) resolve()
    if (said.includes('"error"')) reject(new Error(said))
  })
  socket.write(`${JSON.stringify({ execute: 'qmp_capabilities' })}\n${JSON.stringify(add)}\n`)
  try {
    await promise
  } finally {
    socket.destroy()
  }
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
