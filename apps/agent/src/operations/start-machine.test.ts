import { expect, it } from 'vitest'
import { startMachine } from './start-machine.ts'

const signal = new AbortController().signal
const start = () => Promise.resolve()

it('answers the run', async () => {
  const actor = { start, record: { run: { runId: 'run-1' }, lastExit: null } }
  expect(await startMachine(actor, signal)).toEqual({ runId: 'run-1' })
})

it('says how it ended when QEMU came up and was gone at once', async () => {
  const lastExit = {
    at: '2026-11-22T12:00:00.000Z',
    reason: 'qemu-exited' as const,
    exitCode: null,
    lastLines: [],
    signal: 'SIGKILL',
    message: 'QEMU was killed by SIGKILL.',
  }
  const failed = startMachine({ start, record: { run: null, lastExit } }, signal)
  await expect(failed).rejects.toMatchObject({ code: 'QEMU_EXITED', details: { lastExit: { signal: 'SIGKILL' } } })
})
