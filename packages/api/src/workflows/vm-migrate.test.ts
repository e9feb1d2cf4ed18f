/** What the harness cannot break: hosts that refuse, forget and go away in the middle. */
import { expect, it } from 'vitest'
import { AppError } from '@berth/core/errors/app-error'
import { runSteps } from '@berth/core/workflow/run-steps'
import { InstantClock, MemoryJournal } from '@berth/core/workflow/workflow-faults'
import { newUuid } from '@berth/core/ids/ids'
import { MoveWorld } from './testing/move-world.ts'
import { vmMigrate } from './vm-migrate.ts'

async function run(world: MoveWorld, { cancelled = new AbortController().signal } = {}) {
  const journal = new MemoryJournal()
  const outcome = await runSteps(vmMigrate, {
    context: world.context,
    args: world.args,
    operationId: newUuid(),
    epoch: 1,
    journal,
    clock: new InstantClock(),
    cancelled,
    abandoned: new AbortController().signal,
    onProgress: () => undefined,
  })
  expect(world.moves.violations).toEqual([])
  return { outcome, text: JSON.stringify(journal.entries) }
}

it('keeps neither password, token nor key in the journal, and tells them where they are needed', async () => {
  const world = new MoveWorld()
  const told: string[] = []
  for (const host of [world.source, world.target]) {
    host.onCommand = (command) => void told.push(JSON.stringify(command))
  }
  const { outcome, text } = await run(world)
  expect(outcome.status).toBe('succeeded')
  expect(world.missing()).toEqual([])
  const [, prepare = '', send = '', define = ''] = told
  expect(prepare).not.toContain('"network"')
  const tlsKey = /"tlsKey":"([0-9a-f]{64})"/.exec(prepare)?.[1] ?? 'none'
  expect(send).toContain(tlsKey)
  expect(prepare).not.toContain('"token"')
  expect(define).toContain('"password":"secret"')
  expect(text).not.toContain(tlsKey)
  expect(text).not.toMatch(/secret|token|tlsKey/)
  expect(text).toContain('It is online.')
})

it('has the target wait in the network that its host is given machines by', async () => {
  const world = new MoveWorld()
  world.records.moveNetwork = '10.77.0.0/24'
  const told: string[] = []
  world.target.onCommand = (command) => void told.push(JSON.stringify(command))
  expect((await run(world)).outcome.status).toBe('succeeded')
  expect(told[0]).toContain('"network":"10.77.0.0/24"')
})

it('follows a source that goes on under a higher epoch, because the target refused for ever', async () => {
  const world = new MoveWorld()
  world.moves.onGiven = () => {
    throw new AppError('MOVE_REFUSED_BY_TARGET', 'Its QEMU has ended.')
  }
  const { outcome } = await run(world)
  expect(outcome).toMatchObject({ status: 'failed', error: { code: 'MOVE_REFUSED_BY_TARGET' } })
  expect(world.row).toMatchObject({ hostId: world.source.hostId, ownerEpoch: 3 })
  expect(world.leftovers()).toEqual([])
})

it('sends once: what ended is not copied again, though its code says that a later try may do better', async () => {
  const world = new MoveWorld()
  let sent = 0
  world.source.onCommand = ({ kind }) => {
    if (kind === 'move.send') sent++
    if (kind === 'move.send') throw new AppError('MOVE_NOT_CONVERGING', 'The guest writes faster.')
  }
  const { outcome } = await run(world)
  expect(outcome).toMatchObject({ status: 'failed', error: { code: 'MOVE_NOT_CONVERGING' } })
  expect(sent).toBe(1)
  expect(world.leftovers()).toEqual([])
})

it('does not believe a failure against what the source’s record says', async () => {
  const world = new MoveWorld()
  world.source.onReply = ({ command }) => {
    // Given and taken, and then the answer is another one.
    if (command.kind === 'move.send') throw new AppError('MOVE_FAILED', 'It did not work.')
  }
  const { outcome } = await run(world)
  expect(outcome.status).toBe('succeeded')
  expect(world.missing()).toEqual(['its report'])
})

it('refuses before anything is done when the target does not fit any more', async () => {
  const world = new MoveWorld()
  world.records.check = () => {
    throw new AppError('HOST_UNFIT', 'Not to host-b: the host is in maintenance.')
  }
  const { outcome } = await run(world)
  expect(outcome).toMatchObject({ status: 'failed', error: { code: 'HOST_UNFIT' } })
  expect([world.source.log, world.target.log]).toEqual([[], []])
})

it('refuses a machine that has changed hands since', async () => {
  const world = new MoveWorld()
  await world.vms.setOwner(world.vmId, { hostId: world.source.hostId, epoch: 2 })
  expect((await run(world)).outcome).toMatchObject({ status: 'failed', error: { code: 'VM_STATE_CONFLICT' } })
})

it('owes the target that went away an end to what waits there, and lets the machine go on at once', async () => {
  const world = new MoveWorld()
  world.source.onCommand = ({ kind }) => {
    if (kind !== 'move.send') return
    world.target.isOnline = false
    throw new AppError('MOVE_FAILED', 'The link to the target broke.')
  }
  const { outcome } = await run(world)
  expect(outcome).toMatchObject({ status: 'failed', error: { code: 'MOVE_FAILED' } })
  expect(world.records.isAbandonOwed).toBe(true)
  expect(world.leftovers()).toEqual(['nothing waits on the target'])
})

it('is cancelled while it sends, by the source itself', async () => {
  const world = new MoveWorld()
  const cancelled = new AbortController()
  world.source.onCommand = ({ kind }) => {
    if (kind !== 'move.send') return
    cancelled.abort()
    throw new AppError('OPERATION_CANCELLED', 'It was cancelled.')
  }
  const { outcome } = await run(world, { cancelled: cancelled.signal })
  expect(outcome.status).toBe('cancelled')
  expect(world.leftovers()).toEqual([])
})

it('keeps what the network saw, once that is known, and does without where nobody can say', async () => {
  const world = new MoveWorld()
  const network = { kind: 'measured', silentMs: 84, everyMs: 10 } as const
  world.moves.network = network
  expect((await run(world)).outcome.status).toBe('succeeded')
  expect(world.records.report).toMatchObject({ totalMs: 400, network })

  const old = new MoveWorld()
  const away = new MoveWorld()
  let asked = 0
  for (const { source } of [old, away])
    source.onCommand = ({ kind }) => {
      if (kind !== 'move.follow') return
      asked++
      throw new AppError('VM_STATE_CONFLICT', 'Nobody knows that move.')
    }
  away.target.onCommand = ({ kind }) => {
    if (kind === 'vm.define') away.source.isOnline = false
  }
  for (const one of [old, away]) {
    expect((await run(one)).outcome.status).toBe('succeeded')
    expect(one.missing()).toEqual([])
  }
  expect([asked, away.source.isOnline]).toEqual([1, false])
})

it('succeeds when the cancel comes too late', async () => {
  const world = new MoveWorld()
  const cancelled = new AbortController()
  world.moves.onGiven = () => cancelled.abort()
  const { outcome } = await run(world, { cancelled: cancelled.signal })
  expect(outcome.status).toBe('succeeded')
  expect(world.missing()).toEqual([])
})

it('says that memory was lost of a machine that went ahead of it, once, and the machine is where it went', async () => {
  const world = new MoveWorld('post-copy')
  world.moves.memoryLoss = 'The link was broken.'
  const { outcome } = await run(world)
  expect(outcome).toMatchObject({ status: 'interrupted', error: { cause: { code: 'MOVE_MEMORY_LOST' } } })
  expect(world.row).toMatchObject({ hostId: world.target.hostId, ownerEpoch: 2 })
  expect(world.missing()).toEqual([])
})
