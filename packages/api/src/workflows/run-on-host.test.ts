import { describe, expect, it } from 'vitest'
import type { VmSighting } from '@berth/core/agent-contract/step-report'
import { AppError } from '@berth/core/errors/app-error'
import { newUuid, operationIdSchema, vmIdSchema } from '@berth/core/ids/ids'
import type { StepRun } from '@berth/core/workflow/step'
import { runOnHost } from './run-on-host.ts'
import { FakeHost, makeSighting } from './testing/fake-host.ts'

const vmId = vmIdSchema.parse(newUuid())
const start = { kind: 'vm.start', vmId, vmEpoch: 1 } as const

function makeRun(changes: Partial<StepRun> = {}): StepRun & { readonly told: string[] } {
  const told: string[] = []
  return {
    operationId: newUuid(),
    step: 'start',
    attempt: 1,
    epoch: 1,
    signal: new AbortController().signal,
    cancelled: new AbortController().signal,
    because: null,
    told,
    progress: (_share, text) => void told.push(text),
    ...changes,
  }
}

function makeHost(): FakeHost {
  const host = new FakeHost()
  host.vms.set(vmId, { revision: 1, isOn: false, isPaused: false, starts: 0 })
  return host
}

const lost = (): never => {
  throw new AppError('HOST_UNREACHABLE', 'The reply was lost.')
}

describe('runOnHost', () => {
  it('asks the agent’s journal when the reply is lost, and does not do it again', async () => {
    const host = makeHost()
    host.onReply = lost
    expect(await runOnHost(host, { run: makeRun(), command: start })).toEqual({ runId: 'run-1' })
    expect(host.log).toEqual(['vm.start'])
  })

  it('learns of a failure whose reply was lost', async () => {
    const host = makeHost()
    host.onReply = lost
    host.onCommand = () => {
      throw new AppError('QEMU_START_FAILED', 'no such device', { details: { lastLines: ['boom'] } })
    }
    await expect(runOnHost(host, { run: makeRun(), command: start })).rejects.toMatchObject({
      code: 'QEMU_START_FAILED',
      details: { lastLines: ['boom'] },
    })
  })

  it('tells how the machine was at the end before it returns, or throws', async () => {
    const host = makeHost()
    host.sighting = makeSighting(vmId)
    const seen: string[] = []
    const onSighting = async ({ vm }: VmSighting): Promise<void> => void seen.push(vm.state)
    await runOnHost(host, { run: makeRun(), command: start, onSighting })
    expect(seen).toEqual(['running'])
    host.onCommand = () => {
      throw new AppError('VM_STATE_CONFLICT', 'not now')
    }
    await expect(runOnHost(host, { run: makeRun(), command: start, onSighting })).rejects.toThrow('not now')
    expect(seen).toEqual(['running', 'running'])
  })

  it('sends it again under the same key when the agent never heard of it', async () => {
    const host = makeHost()
    const keys: string[] = []
    const call = host.call.bind(host)
    let isFirst = true
    host.call = async (procedure, input, ...rest) => {
      keys.push(JSON.stringify(input))
      if (isFirst) {
        isFirst = false
        return lost()
      }
      return call(procedure, input, ...rest)
    }
    expect(await runOnHost(host, { run: makeRun(), command: start })).toEqual({ runId: 'run-1' })
    expect(keys).toHaveLength(3) // run, wait (absent), run
    expect(keys[2]).toBe(keys[0])
  })

  it('waits for the end of what runs, passes its progress on, and hears of the end by the stream', async () => {
    const host = makeHost()
    const blocked = Promise.withResolvers<void>()
    host.onCommand = () => blocked.promise
    const operationId = operationIdSchema.parse(newUuid())
    const run = makeRun({ operationId })
    const ending = runOnHost(host, { run, command: start })
    const key = { operationId, step: 'start', attempt: 1 }
    host.tell({ kind: 'step.progressed', key, progress: { share: 0.5, text: 'half' } })
    host.tell({ kind: 'step.ended', key: { ...key, attempt: 2 }, report: { status: 'interrupted' } })
    host.tell({ kind: 'step.ended', key, report: { status: 'succeeded', result: { runId: 'by-stream' } } })
    expect(await ending).toEqual({ runId: 'by-stream' })
    expect(run.told).toEqual(['half'])
    blocked.resolve()
  })

  it('calls an agent’s death in the middle interrupted, and another result incompatible', async () => {
    const host = makeHost()
    const operationId = operationIdSchema.parse(newUuid())
    const blocked = Promise.withResolvers<void>()
    host.onCommand = () => blocked.promise
    const key = { operationId, step: 'start', attempt: 1 }
    const first = runOnHost(host, { run: makeRun({ operationId }), command: start })
    host.tell({ kind: 'step.ended', key, report: { status: 'interrupted' } })
    await expect(first).rejects.toMatchObject({ code: 'OPERATION_INTERRUPTED' })
    const second = runOnHost(host, { run: makeRun({ operationId, attempt: 2 }), command: start })
    host.tell({ kind: 'step.ended', key: { ...key, attempt: 2 }, report: { status: 'succeeded', result: 7 } })
    await expect(second).rejects.toMatchObject({ code: 'AGENT_INCOMPATIBLE' })
    blocked.resolve()
  })

  it('is refused under an older epoch', async () => {
    const host = makeHost()
    const operationId = newUuid()
    await runOnHost(host, { run: makeRun({ operationId, epoch: 2 }), command: start })
    const late = makeRun({ operationId, epoch: 1, attempt: 2 })
    await expect(runOnHost(host, { run: late, command: start })).rejects.toMatchObject({ code: 'EPOCH_STALE' })
  })
})
