import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasErrorCode } from '@berth/core/errors/app-error'
import { afterAll, describe, expect, it } from 'vitest'
import { pauseVcpus, queryStatus, quitQemu, resetMachine, resumeVcpus } from './commands/lifecycle-commands.ts'
import { querySchema } from './commands/info-commands.ts'
import { queryBlockStats } from './commands/stats-commands.ts'
import { pressKeys, saveScreenPng } from './commands/screen-commands.ts'
import { compareSchema } from './compare-schema.ts'
import { connectQmp, type QmpClient } from './qmp-client.ts'
import { qmpSchema } from './qmp-schema.generated.ts'

const dir = mkdtempSync(join(tmpdir(), 'berth-qmp-'))
afterAll(() => rmSync(dir, { recursive: true }))
let count = 0

interface RunningQemu extends AsyncDisposable {
  socketPath: string
  process: ChildProcess
  connect: () => Promise<QmpClient>
}

/** A QEMU without a disk: it runs its BIOS, and answers QMP. */
async function startQemu(): Promise<RunningQemu> {
  const socketPath = join(dir, `qmp${++count}`)
  const args = ['-nodefaults', '-no-user-config', '-machine', 'q35', '-accel', 'tcg', '-m', '64', '-vga', 'std', '-S']
  const child = spawn('qemu-system-x86_64', [
    ...args,
    '-display',
    'none',
    '-qmp',
    `unix:${socketPath},server=on,wait=off`,
  ])
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const connect = async (): Promise<QmpClient> => {
    for (;;) {
      try {
        return await connectQmp({ socketPath })
      } catch (error) {
        // The socket appears some 30 ms after the start.
        if (!hasErrorCode(error, 'QMP_UNAVAILABLE') || child.exitCode !== null) throw error
      }
    }
  }
  return {
    socketPath,
    process: child,
    connect,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

describe('a real QEMU', () => {
  it('has everything that is in use', async () => {
    await using qemu = await startQemu()
    using qmp = await qemu.connect()
    expect(compareSchema(await querySchema(qmp))).toEqual([])
    expect(qmp.greeting.canRunOob).toBe(true)
    expect(qmp.greeting.version).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it('names what an installed QEMU lacks', async () => {
    await using qemu = await startQemu()
    using qmp = await qemu.connect()
    const { types, commands, events } = qmpSchema
    const gaps = compareSchema(await querySchema(qmp), {
      generatedFrom: 'a later one',
      types: {
        ...types,
        QueryStatusReply: { members: { running: 'bool', mood: 'str' } },
        ScreendumpArgumentsFormat: { values: ['png', 'avif'] },
        ShutdownEvent: { members: { guest: 'bool', culprit: 'str' } },
      },
      commands: { ...commands, 'query-mood': { arguments: 'empty', returns: 'str' } },
      events: { ...events, MOOD_CHANGE: 'empty' },
    })
    expect(gaps).toEqual([
      { kind: 'reply', name: 'query-status', path: 'mood' },
      { kind: 'argument', name: 'screendump', path: 'format=avif' },
      { kind: 'command', name: 'query-mood' },
      { kind: 'eventMember', name: 'SHUTDOWN', path: 'culprit' },
      { kind: 'event', name: 'MOOD_CHANGE' },
    ])
  })

  it('runs, pauses and resets, and its events arrive', async () => {
    await using qemu = await startQemu()
    using qmp = await qemu.connect()
    expect(await queryStatus(qmp)).toMatchObject({ running: false, status: 'prelaunch' })
    using listener = qmp.listen(['RESUME', 'STOP', 'RESET'])
    await resumeVcpus(qmp)
    await resetMachine(qmp)
    await pauseVcpus(qmp)
    const reset = await listener.waitFor((event) => event.name === 'RESET', { timeoutMs: 10_000 })
    expect(reset).toMatchObject({ data: { guest: false, reason: 'host-qmp-system-reset' } })
    await listener.waitFor((event) => event.name === 'STOP', { timeoutMs: 10_000 })
    expect(await queryStatus(qmp)).toMatchObject({ running: false, status: 'paused' })
    expect(await queryBlockStats(qmp)).toEqual([])
    await pressKeys(qmp, ['ctrl', 'alt', 'delete'])
    await saveScreenPng(qmp, join(dir, 'screen.png'))
  })

  it('says what QEMU refused, in its own words', async () => {
    await using qemu = await startQemu()
    using qmp = await qemu.connect()
    const refused = qmp.execute('blockdev-del', { 'node-name': 'nobody' })
    await expect(refused).rejects.toMatchObject({
      code: 'QMP_REFUSED',
      details: { class: 'GenericError', desc: "Failed to find node with node-name='nobody'" },
    })
    const open = qmp.execute('device_add', { driver: 'virtio-net-pci', mac: '52:54:00:00:00:01' })
    await expect(open).rejects.toMatchObject({ code: 'QMP_REFUSED' })
  })

  it('interrupts what waits when QEMU is killed mid-command, and listeners too', async () => {
    await using qemu = await startQemu()
    using qmp = await qemu.connect()
    using listener = qmp.listen(['SHUTDOWN'])
    qemu.process.kill('SIGSTOP')
    const stuck = Array.from({ length: 20 }, () => queryStatus(qmp))
    const event = listener.next({ timeoutMs: 60_000 })
    qemu.process.kill('SIGKILL')
    const outcomes = await Promise.allSettled([...stuck, event])
    expect(new Set(outcomes.map((o) => o.status === 'rejected' && hasErrorCode(o.reason, 'QMP_INTERRUPTED')))).toEqual(
      new Set([true]),
    )
    expect((await qmp.closed).code).toBe('QMP_INTERRUPTED')
    await expect(queryStatus(qmp)).rejects.toMatchObject({ code: 'QMP_UNAVAILABLE' })
    await expect(connectQmp({ socketPath: qemu.socketPath })).rejects.toMatchObject({ code: 'QMP_UNAVAILABLE' })
  })

  it('tells why the machine ended before it says that the link is lost', async () => {
    await using qemu = await startQemu()
    using qmp = await qemu.connect()
    using listener = qmp.listen(['SHUTDOWN'])
    await quitQemu(qmp)
    expect(await listener.next({ timeoutMs: 10_000 })).toMatchObject({ data: { reason: 'host-qmp-quit' } })
    await expect(listener.next({ timeoutMs: 10_000 })).rejects.toMatchObject({ code: 'QMP_INTERRUPTED' })
  })

  it('does not greet a second client, which is said as such', async () => {
    await using qemu = await startQemu()
    using first = await qemu.connect()
    const second = connectQmp({ socketPath: qemu.socketPath, greetingTimeoutMs: 200 })
    await expect(second).rejects.toMatchObject({
      code: 'QMP_UNAVAILABLE',
      message: expect.stringContaining('no QMP greeting'),
    })
    expect(await queryStatus(first)).toMatchObject({ status: 'prelaunch' })
  })

  it('times out alone when stuck: another machine answers as ever, and the late reply is no harm', async () => {
    await using stuck = await startQemu()
    await using healthy = await startQemu()
    using stuckQmp = await stuck.connect()
    using healthyQmp = await healthy.connect()
    stuck.process.kill('SIGSTOP')
    const timedOut = Array.from({ length: 10 }, () => stuckQmp.execute('query-status', {}, { timeoutMs: 500 }))
    const answered = await Promise.all(Array.from({ length: 10 }, () => queryStatus(healthyQmp, { timeoutMs: 400 })))
    expect(answered).toHaveLength(10)
    const errors = await Promise.all(timedOut.map((promise) => promise.then(undefined, (error: unknown) => error)))
    const wasSent = errors.map((error) => hasErrorCode(error, 'QMP_TIMEOUT') && error.details['wasSent'])
    expect(wasSent).toEqual([true, true, true, true, true, true, false, false, false, false])
    stuck.process.kill('SIGCONT')
    expect(await queryStatus(stuckQmp)).toMatchObject({ status: 'prelaunch' })
  })
})
