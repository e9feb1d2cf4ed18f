/**
 * Generates the tests of a workflow from the workflow itself: each step fails, loses its reply, is repeated, and its
 * worker dies at three points; each undo is repeated, fails, and its worker dies. Afterwards the work is done, or
 * nothing of it is left, or the outcome is `interrupted` and names what is.
 *
 * Knows no test runner: a case is a name and a function that throws. A world is made anew for each case.
 */
import { AppError } from '../errors/app-error.ts'
import { faultyWorkflow, InstantClock, MemoryJournal, type Fault } from './workflow-faults.ts'
import { runSteps, type WorkflowOutcome } from './run-steps.ts'
import { WorkAbandoned, type JsonObject, type Workflow } from './step.ts'

export interface HarnessWorld<Context> {
  readonly context: Context
  readonly args: unknown
  /** What the workflow made, or half made, and is still there; one line each. Empty in a world that it never touched. */
  leftovers(): readonly string[]
  /** What is missing from the finished work; empty when the workflow's promise is kept. */
  missing(): readonly string[]
}

export interface HarnessSubject<Context, State extends JsonObject> {
  readonly workflow: Workflow<Context, State>
  readonly world: () => HarnessWorld<Context>
}

export interface HarnessCase {
  readonly name: string
  readonly run: () => Promise<void>
}

interface PlannedStep {
  readonly name: string
  readonly isPointOfNoReturn?: true
  readonly maxAttempts: number
  readonly undo?: unknown
}

type Expected = 'done' | 'undone' | 'undoneOrNamed' | 'named'

interface Plan {
  readonly name: string
  readonly faults: readonly Fault[]
  /** The step after whose end the user cancels; null: before the first one. */
  readonly cancelAfter?: string | null
  readonly expected: Expected
}

export function harnessCases<Context, State extends JsonObject>(
  subject: HarnessSubject<Context, State>,
): readonly HarnessCase[] {
  const world = subject.world()
  const state = subject.workflow.parseInput(world.args)
  const steps = subject.workflow.steps.filter((step) => step.isNeeded?.(state) !== false)
  const plans: Plan[] = [
    { name: 'runs', faults: [], expected: 'done' },
    ...steps.flatMap((step, index) => planStep(steps, step, index)),
    ...planUndos(steps),
  ]
  return plans.map((plan) => ({
    name: `${subject.workflow.kind}: ${plan.name}`,
    run: async () => check(subject, plan),
  }))
}

function planStep(steps: readonly PlannedStep[], step: PlannedStep, index: number): Plan[] {
  const noReturn = steps.findIndex((each) => each.isPointOfNoReturn)
  const isPast = noReturn >= 0 && index > noReturn
  const isAt = index === noReturn
  const at = { step: step.name, side: 'do' } as const
  const plans: Plan[] = [
    { name: `${step.name} done twice`, faults: [{ ...at, act: 'twice' }], expected: 'done' },
    { name: `died before ${step.name}`, faults: [{ ...at, act: 'dieBefore' }], expected: 'done' },
    { name: `died after ${step.name}, unwritten`, faults: [{ ...at, act: 'dieAfter' }], expected: 'done' },
    { name: `died after ${step.name}, written`, faults: [{ ...at, act: 'dieWritten' }], expected: 'done' },
    { name: `${step.name} fails for good`, faults: [{ ...at, act: 'fail' }], expected: isPast ? 'named' : 'undone' },
    {
      name: `${step.name} never answers`,
      faults: [{ ...at, act: 'loseReply' }],
      expected: isPast || isAt ? 'named' : 'undoneOrNamed',
    },
    {
      name: `cancelled before ${step.name}`,
      faults: [],
      cancelAfter: steps[index - 1]?.name ?? null,
      expected: isPast ? 'done' : 'undone',
    },
  ]
  if (step.maxAttempts === 1) return plans
  return [
    ...plans,
    { name: `${step.name} fails once`, faults: [{ ...at, act: 'failOnce' }], expected: 'done' },
    { name: `${step.name} loses a reply`, faults: [{ ...at, act: 'loseReplyOnce' }], expected: 'done' },
  ]
}

/** Undos run when the last step before the point of no return (itself included) fails for good. */
function planUndos(steps: readonly PlannedStep[]): Plan[] {
  const noReturn = steps.findIndex((step) => step.isPointOfNoReturn)
  const undoable = noReturn < 0 ? steps : steps.slice(0, noReturn + 1)
  const last = undoable.at(-1)
  if (last === undefined) return []
  const failure: Fault = { step: last.name, side: 'do', act: last.undo === undefined ? 'fail' : 'failAfter' }
  return undoable
    .filter((step) => step.undo !== undefined)
    .flatMap((step): Plan[] => {
      const at = { step: step.name, side: 'undo' } as const
      return [
        { name: `${step.name} undone twice`, faults: [failure, { ...at, act: 'twice' }], expected: 'undone' },
        {
          name: `died before undo of ${step.name}`,
          faults: [failure, { ...at, act: 'dieBefore' }],
          expected: 'undone',
        },
        { name: `died after undo of ${step.name}`, faults: [failure, { ...at, act: 'dieAfter' }], expected: 'undone' },
        { name: `undo of ${step.name} written`, faults: [failure, { ...at, act: 'dieWritten' }], expected: 'undone' },
        { name: `undo of ${step.name} fails once`, faults: [failure, { ...at, act: 'failOnce' }], expected: 'undone' },
        { name: `undo of ${step.name} fails`, faults: [failure, { ...at, act: 'fail' }], expected: 'named' },
      ]
    })
}

async function check<Context, State extends JsonObject>(
  subject: HarnessSubject<Context, State>,
  plan: Plan,
): Promise<void> {
  const world = subject.world()
  const outcome = await runWithTakeovers(subject.workflow, world, plan)
  const isNamed = outcome.status === 'interrupted' && outcome.leftovers.length > 0
  const complain = (what: string, lines: readonly string[]) => {
    const told = outcome.status === 'succeeded' ? '' : `; ${outcome.error.message}`
    throw new Error(`${what} (${outcome.status}${told}): ${lines.join('; ')}`)
  }
  if (plan.expected === 'done') {
    if (outcome.status !== 'succeeded') complain('It should have succeeded', [])
    if (world.missing().length > 0) complain('Called done, but missing', world.missing())
    return
  }
  if (outcome.status === 'succeeded') complain('It should not have succeeded', [])
  if (plan.expected === 'named' && !isNamed) complain('What is left should be named', world.leftovers())
  if (plan.expected === 'undone' && outcome.status === 'interrupted') complain('It should have been undone', [])
  if (!isNamed && world.leftovers().length > 0) complain('Left behind', world.leftovers())
}

/** As panels do: whoever dies is followed by another one with a higher epoch and the same journal. */
async function runWithTakeovers<Context, State extends JsonObject>(
  workflow: Workflow<Context, State>,
  world: HarnessWorld<Context>,
  plan: Plan,
): Promise<WorkflowOutcome> {
  const journal = new MemoryJournal()
  const cancelled = new AbortController()
  if (plan.cancelAfter === null) cancelled.abort()
  const faulty = faultyWorkflow(workflow, {
    faults: plan.faults,
    journal,
    onDone: (step) => {
      if (step === plan.cancelAfter) cancelled.abort()
    },
  })
  for (let epoch = 1; epoch <= 5; epoch++) {
    try {
      return await runSteps(faulty, {
        context: world.context,
        args: world.args,
        operationId: '0193a000-0000-7000-8000-000000000001',
        epoch,
        journal,
        clock: new InstantClock(),
        cancelled: cancelled.signal,
        abandoned: new AbortController().signal,
        onProgress: () => undefined,
      })
    } catch (error) {
      if (!(error instanceof WorkAbandoned)) throw error
    }
  }
  throw new AppError('INTERNAL', 'The workflow did not end within five lives.')
}
