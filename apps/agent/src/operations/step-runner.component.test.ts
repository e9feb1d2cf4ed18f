import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AgentCommandOf } from '@berth/core/agent-contract/agent-commands'
import { AppError } from '@berth/core/errors/app-error'
import { newUuid, operationIdSchema, vmIdSchema, type VmId } from '@berth/core/ids/ids'
import type { VmObservation } from '@berth/core/vm/vm-observation'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Journal } from './journal.ts'
import { StepRunner, type RunCommandStep, type SightMachine } from './step-runner.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-journal-'))
  path = join(folder, 'steps.jsonl')
})
afterEach(async () => {
  for (const journal of journals.splice(0)) await journal.close()
  rmSync(folder, { recursive: true })
})

const journals: Journal[] = []
const openJournal = async (): Promise<Journal> => {
  const journal = await Journal.open(path)
  journals.push(journal)
  return journal
}

const command: AgentCommandOf<'vm.stop'> = { kind: 'vm.stop', vmId: vmIdSchema.parse(newUuid()), vmEpoch: 1 }
const operationId = operationIdSchema.parse(newUuid())
const request = { operationId, step: 'stop', attempt: 1, epoch: 2, command, waitMs: 5_000 }
const logger = pino({ level: 'silent' })

const makeVm = (id: VmId): VmObservation => ({
  ...{ vmId: id, epoch: 1, generation: 7, specRevision: 1, state: 'stopped', stateSince: new Date().toISOString() },
  ...{ pauseReason: null, silentSince: null, run: null, lastExit: null, addresses: [], volumes: [] },
  guest: { isAgentConnected: false, hostname: null, osName: null, kernel: null },
})

const openRunner = async (
  runCommandStep: RunCommandStep,
  sightMachine: SightMachine = () => undefined,
): Promise<StepRunner> =>
  new StepRunner({ journal: await openJournal(), runCommandStep, sightMachine, publish: () => undefined, logger })

describe('a step', () => {
  it('runs once, however often and in whatever life it is asked', async () => {
    let runs = 0
    const work: RunCommandStep = async () => ({ count: ++runs })
    const runner = await openRunner(work)
    const [first, second] = await Promise.all([runner.run(request), runner.run(request)])
    expect(first).toEqual({ status: 'succeeded', result: { count: 1 } })
    expect(second).toEqual(first)
    const later = await openRunner(work)
    expect(await later.run(request)).toEqual(first)
    expect(await later.run({ ...request, attempt: 2 })).toEqual({ status: 'succeeded', result: { count: 2 } })
  })

  it('starts nothing for an owner that was replaced, also after a restart', async () => {
    const runner = await openRunner(async () => ({}))
    await runner.run(request)
    // A repeated key under a higher epoch: the new owner asks what became of it.
    await runner.run({ ...request, epoch: 5 })
    const stale = { ...request, step: 'next', epoch: 4 }
    await expect(runner.run(stale)).rejects.toMatchObject({ code: 'EPOCH_STALE', details: { epoch: 4, highest: 5 } })
    const later = await openRunner(async () => ({}))
    await expect(later.run(stale)).rejects.toMatchObject({ code: 'EPOCH_STALE' })
    expect(await later.wait({ ...stale, waitMs: 0 })).toEqual({ status: 'absent' })
  })

  it('says how its machine is at its end, well or not, and forgets that with the reply', async () => {
    const sighting = { bootId: 'boot-1', vm: makeVm(command.vmId) }
    const runner = await openRunner(
      async () => ({}),
      () => sighting,
    )
    expect(await runner.run(request)).toEqual({ status: 'succeeded', result: {}, sighting })
    // A later reader would take an old machine for the present one.
    expect(await runner.run(request)).toEqual({ status: 'succeeded', result: {} })
    const failing = await openRunner(
      async () => {
        throw new AppError('GUEST_IGNORED_SHUTDOWN', 'it runs on')
      },
      () => sighting,
    )
    const report = await failing.run({ ...request, attempt: 2 })
    expect(report).toMatchObject({ status: 'failed', error: { code: 'GUEST_IGNORED_SHUTDOWN' }, sighting })
  })

  it('is interrupted when its agent dies', async () => {
    const runner = await openRunner(() => new Promise(() => undefined))
    expect(await runner.run({ ...request, waitMs: 10 })).toEqual({ status: 'running', progress: null })
    const later = await openRunner(async () => ({}))
    expect(await later.run(request)).toEqual({ status: 'interrupted' })
  })

  it('tells its progress, can be cancelled, and fails with its own error', async () => {
    const runner = await openRunner(
      (_command, { signal, onProgress }) =>
        new Promise((_resolve, reject) => {
          onProgress({ share: 0.5, text: 'half' })
          signal.addEventListener('abort', () => reject(new AppError('OPERATION_CANCELLED', 'called off')))
        }),
    )
    const running = await runner.run({ ...request, waitMs: 20 })
    expect(running).toEqual({ status: 'running', progress: { share: 0.5, text: 'half' } })
    expect(runner.cancel(request)).toBe(true)
    const report = await runner.wait({ ...request, waitMs: 5_000 })
    expect(report).toMatchObject({ status: 'failed', error: { code: 'OPERATION_CANCELLED', message: 'called off' } })
    expect(runner.cancel(request)).toBe(false)
  })
})

describe('the journal', () => {
  it('survives a torn last line and a damaged one in the middle', async () => {
    const runner = await openRunner(async () => ({}))
    await runner.run(request)
    const whole = readFileSync(path, 'utf8')
    writeFileSync(path, `${whole}{"type":"star\n${'x'.repeat(50)}\n{"type":"ended","key":{"opera`)
    const journal = await openJournal()
    expect(journal.damagedLines).toBe(2)
    expect(journal.get(request)?.report).toEqual({ status: 'succeeded', result: {} })
    await journal.started({ key: { ...request, step: 'after' }, epoch: 2, command: 'vm.stop' })
    expect((await openJournal()).get({ ...request, step: 'after' })?.report.status).toBe('interrupted')
  })

  it('shrinks a file that grew long, and says the same', async () => {
    const runner = await openRunner(async () => ({}))
    await runner.run(request)
    const claim = JSON.stringify({
      type: 'claimed',
      key: { operationId, step: 'stop', attempt: 1 },
      epoch: 9,
      at: new Date(),
    })
    appendFileSync(path, `${claim}\n`.repeat(3_000))
    const journal = await openJournal()
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(3)
    expect(journal.epochOf(operationId)).toBe(9)
    expect(journal.get(request)?.report.status).toBe('succeeded')
  })
})
