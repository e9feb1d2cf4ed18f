import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../errors/app-error.ts'
import { runSteps, type WorkflowOutcome, type WorkflowRun } from './run-steps.ts'
import { defineWorkflow, WorkAbandoned, type Step, type Workflow } from './step.ts'
import { faultyWorkflow, InstantClock, MemoryJournal, type Fault } from './workflow-faults.ts'
import { harnessCases, type HarnessWorld } from './workflow-harness.ts'

interface World {
  readonly made: Set<string>
  readonly order: string[]
}
type State = Readonly<Record<string, unknown>>

const makeStep = (name: string, extra: Partial<Step<World, State>> = {}): Step<World, State> => ({
  name,
  title: `Make ${name}`,
  do: async (world) => {
    world.made.add(name)
    world.order.push(name)
    return { [name]: true }
  },
  undo: async (world) => {
    world.made.delete(name)
    world.order.push(`undo ${name}`)
  },
  timeoutMs: 60_000,
  maxAttempts: 3,
  backoffMs: 10,
  ...extra,
})

const makeWorkflow = (steps: readonly Step<World, State>[]): Workflow<World, State> =>
  defineWorkflow({ kind: 'test', version: 1, steps, parseInput: () => ({}) })

const newWorld = (): World => ({ made: new Set(), order: [] })

function makeRun(world: World, journal: MemoryJournal, extra: Partial<WorkflowRun<World>> = {}): WorkflowRun<World> {
  return {
    context: world,
    args: {},
    operationId: 'op',
    epoch: 1,
    journal,
    clock: new InstantClock(),
    cancelled: new AbortController().signal,
    abandoned: new AbortController().signal,
    onProgress: () => undefined,
    ...extra,
  }
}

describe('runSteps', () => {
  it('lays the patches of a dead run over the input of the next one', async () => {
    const journal = new MemoryJournal()
    const world = newWorld()
    const seen: unknown[] = []
    const last = makeStep('c', {
      do: async (_world, state) => {
        seen.push(state)
        if (seen.length === 1) throw new WorkAbandoned('died')
        return {}
      },
    })
    const workflow = makeWorkflow([makeStep('a'), makeStep('b'), last])
    await expect(runSteps(workflow, makeRun(world, journal))).rejects.toThrow(WorkAbandoned)
    expect((await runSteps(workflow, makeRun(world, journal))).status).toBe('succeeded')
    expect(seen).toEqual([
      { a: true, b: true },
      { a: true, b: true },
    ])
    expect(world.order).toEqual(['a', 'b'])
  })

  it('repeats a started attempt under its own number, and a failed one under the next', async () => {
    const journal = new MemoryJournal()
    const attempts: number[] = []
    const step = makeStep('a', {
      do: async (_world, _state, run) => {
        attempts.push(run.attempt)
        if (attempts.length === 1) throw new WorkAbandoned('died')
        if (attempts.length === 2) throw new AppError('HOST_UNREACHABLE', 'gone')
        return {}
      },
    })
    const run = makeRun(newWorld(), journal)
    await expect(runSteps(makeWorkflow([step]), run)).rejects.toThrow(WorkAbandoned)
    expect((await runSteps(makeWorkflow([step]), run)).status).toBe('succeeded')
    expect(attempts).toEqual([1, 1, 2])
  })

  it('undoes backwards, the failed step first, and fails with the first cause', async () => {
    const world = newWorld()
    const fails = makeStep('c', {
      do: async (each) => {
        each.made.add('c')
        throw new AppError('POOL_FULL', 'no room')
      },
    })
    const outcome = await runSteps(
      makeWorkflow([makeStep('a'), makeStep('b'), fails]),
      makeRun(world, new MemoryJournal()),
    )
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'POOL_FULL' } })
    expect(world.order).toEqual(['a', 'b', 'undo c', 'undo b', 'undo a'])
    expect(world.made).toEqual(new Set())
  })

  it('ends a step that takes too long, tells it so, and calls its outcome unknown', async () => {
    const told: unknown[] = []
    const stuck = makeStep('a', {
      maxAttempts: 1,
      timeoutMs: 5,
      do: async (_world, _state, run) => new Promise(() => run.signal.addEventListener('abort', () => told.push(1))),
    })
    const { undo: _undo, ...withoutUndo } = stuck
    const outcome = await runSteps(makeWorkflow([withoutUndo]), makeRun(newWorld(), new MemoryJournal()))
    expect(outcome).toMatchObject({ status: 'interrupted', leftovers: ['Make a'] })
    expect(told).toEqual([1])
  })

  it('takes a cancel in the middle of a step as the end of that step', async () => {
    const cancelled = new AbortController()
    const world = newWorld()
    const hearing = makeStep('b', {
      do: async (_world, _state, run) => {
        cancelled.abort()
        expect(run.cancelled.aborted).toBe(true)
        throw new AppError('OPERATION_CANCELLED', 'stopped early')
      },
    })
    const workflow = makeWorkflow([makeStep('a'), hearing, makeStep('c')])
    const outcome = await runSteps(workflow, makeRun(world, new MemoryJournal(), { cancelled: cancelled.signal }))
    expect(outcome.status).toBe('cancelled')
    expect(world.order).toEqual(['a', 'undo b', 'undo a'])
  })

  it('asks again about an unknown point of no return although the user cancels', async () => {
    const cancelled = new AbortController()
    let tries = 0
    const commit = makeStep('commit', {
      isPointOfNoReturn: true,
      do: async () => {
        cancelled.abort()
        if (++tries === 1) throw new AppError('HOST_UNREACHABLE', 'gone')
        return {}
      },
    })
    const workflow = makeWorkflow([makeStep('a'), commit, makeStep('b')])
    const outcome = await runSteps(workflow, makeRun(newWorld(), new MemoryJournal(), { cancelled: cancelled.signal }))
    expect(outcome.status).toBe('succeeded')
  })
})

const worldOf = (names: readonly string[]): HarnessWorld<World> => {
  const context = newWorld()
  return {
    context,
    args: {},
    leftovers: () => [...context.made],
    missing: () => names.filter((name) => !context.made.has(name)),
  }
}

describe('the harness', () => {
  const sound = makeWorkflow([makeStep('a'), makeStep('b', { isPointOfNoReturn: true }), makeStep('c')])
  for (const each of harnessCases({ workflow: sound, world: () => worldOf(['a', 'b', 'c']) })) it(each.name, each.run)

  it('finds an undo that forgets something', async () => {
    const careless = makeWorkflow([makeStep('a', { undo: async () => undefined }), makeStep('b')])
    await expect(runAll(harnessCases({ workflow: careless, world: () => worldOf(['a', 'b']) }))).resolves.toContain(
      'test: b fails for good',
    )
  })

  it('finds a step that may not be repeated', async () => {
    const fragile = makeStep('a', {
      do: async (world) => {
        if (world.made.has('a')) throw new Error('exists')
        world.made.add('a')
        return {}
      },
    })
    const broken = await runAll(harnessCases({ workflow: makeWorkflow([fragile]), world: () => worldOf(['a']) }))
    expect(broken).toContain('test: a done twice')
    expect(broken).toContain('test: died after a, unwritten')
  })
})

async function runAll(cases: readonly { name: string; run: () => Promise<void> }[]): Promise<string[]> {
  const broken: string[] = []
  for (const each of cases) {
    await each.run().catch(() => broken.push(each.name))
  }
  return broken
}

const acts = ['twice', 'dieBefore', 'dieAfter', 'dieWritten', 'fail', 'failOnce', 'loseReply', 'loseReplyOnce'] as const
const faultOf = (stepCount: number): fc.Arbitrary<Fault> =>
  fc.record({
    step: fc.integer({ min: 0, max: stepCount - 1 }).map((index) => `s${index}`),
    side: fc.constantFrom('do', 'undo'),
    act: fc.constantFrom(...acts),
  })

const plan = fc.integer({ min: 1, max: 5 }).chain((stepCount) =>
  fc.record({
    stepCount: fc.constant(stepCount),
    noReturn: fc.option(fc.integer({ min: 0, max: stepCount - 1 })),
    faults: fc.array(faultOf(stepCount), { maxLength: 4 }),
    cancelAfter: fc.option(fc.integer({ min: 0, max: stepCount - 1 }).map((index) => `s${index}`)),
  }),
)

describe('any workflow under any faults', () => {
  it('ends done, undone, or naming what is left', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async ({ stepCount, noReturn, faults, cancelAfter }) => {
        const names = Array.from({ length: stepCount }, (_, index) => `s${index}`)
        const steps = names.map((name, index) =>
          makeStep(name, index === noReturn ? { isPointOfNoReturn: true as const } : {}),
        )
        const world = newWorld()
        const outcome = await runToEnd(makeWorkflow(steps), { world, faults, cancelAfter })
        if (outcome.status === 'succeeded') expect(world.made).toEqual(new Set(names))
        else if (outcome.status === 'interrupted') expect(outcome.leftovers.length).toBeGreaterThan(0)
        else expect(world.made).toEqual(new Set())
        const isPast = noReturn !== null && steps.some((step) => step.isPointOfNoReturn && world.made.has(step.name))
        if (isPast) expect(['succeeded', 'interrupted']).toContain(outcome.status)
      }),
      { numRuns: 500 },
    )
  })
})

async function runToEnd(
  workflow: Workflow<World, State>,
  { world, faults, cancelAfter }: { world: World; faults: readonly Fault[]; cancelAfter: string | null },
): Promise<WorkflowOutcome> {
  const journal = new MemoryJournal()
  const cancelled = new AbortController()
  const onDone = (step: string) => {
    if (step === cancelAfter) cancelled.abort()
  }
  const faulty = faultyWorkflow(workflow, { faults, journal, onDone })
  for (let epoch = 1; epoch < 20; epoch++) {
    try {
      return await runSteps(faulty, makeRun(world, journal, { epoch, cancelled: cancelled.signal }))
    } catch (error) {
      if (!(error instanceof WorkAbandoned)) throw error
    }
  }
  throw new Error('It did not end.')
}
