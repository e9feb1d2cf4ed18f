/** What the harness breaks workflows with: a journal in memory, a clock that does not wait, and steps with one fault each. */
import { AppError } from '../errors/app-error.ts'
import type { WorkflowClock } from './step-attempt.ts'
import { WorkAbandoned, type JsonObject, type Step, type StepRun, type Workflow } from './step.ts'
import type { Journal, JournalEntry } from './workflow-journal.ts'

export interface Fault {
  readonly step: string
  readonly side: 'do' | 'undo'
  readonly act:
    | 'twice' // takes effect twice in a row
    | 'dieBefore' // the worker dies once: its start is written, nothing happened
    | 'dieAfter' // once: it took effect, the journal does not know
    | 'dieWritten' // once: right after its end was written
    | 'fail' // each time, with no effect
    | 'failAfter' // each time, though it took effect
    | 'failOnce'
    | 'loseReply' // each time: it took effect, nobody heard
    | 'loseReplyOnce'
}

/** Refuses what the database's unique index refuses, so that a takeover that writes a start twice is seen here. */
export class MemoryJournal implements Journal {
  readonly entries: JournalEntry[] = []
  /** Throws after the entries are stored, as a process does that dies right then. */
  afterAppend: (entry: JournalEntry) => void = () => undefined

  async load(): Promise<readonly JournalEntry[]> {
    return [...this.entries]
  }

  async append(entries: readonly JournalEntry[]): Promise<void> {
    for (const entry of entries) {
      const isKnown = this.entries.some(
        (known) => known.step === entry.step && known.attempt === entry.attempt && known.event === entry.event,
      )
      if (isKnown) throw new Error(`Journalled twice: ${entry.step} ${entry.attempt} ${entry.event}`)
    }
    this.entries.push(...structuredClone([...entries]))
    for (const entry of entries) this.afterAppend(entry)
  }
}

/** Time passes only as a deadline that never comes and a rest that is over at once. */
export class InstantClock implements WorkflowClock {
  now(): number {
    return Date.now()
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    // Rests are at most 30 s; whatever is longer is a step's deadline, and ends with the step.
    if (ms <= 30_000 || signal.aborted) return
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  }
}

export interface FaultPlan {
  readonly faults: readonly Fault[]
  readonly journal: MemoryJournal
  readonly onDone: (step: string) => void
}

export function faultyWorkflow<Context, State extends JsonObject>(
  workflow: Workflow<Context, State>,
  { faults, journal, onDone }: FaultPlan,
): Workflow<Context, State> {
  armWrittenDeaths(faults, journal)
  const steps = workflow.steps.map((step): Step<Context, State> => {
    const doFault = faults.find((fault) => fault.step === step.name && fault.side === 'do')
    const undoFault = faults.find((fault) => fault.step === step.name && fault.side === 'undo')
    // Deadlines must be told from rests by the clock above.
    const timed = { ...step, timeoutMs: Math.max(step.timeoutMs, 60_000) }
    const broken = doFault === undefined ? step.do : breakBody(doFault, step.do)
    const withDo: Step<Context, State> = {
      ...timed,
      do: async (context, state, run) => {
        const patch = await broken(context, state, run)
        onDone(step.name)
        return patch
      },
    }
    if (undoFault === undefined || step.undo === undefined) return withDo
    return { ...withDo, undo: breakBody(undoFault, step.undo) }
  })
  return { ...workflow, steps }
}

type Body<Context, State, T> = (context: Context, state: State, run: StepRun) => Promise<T>

function breakBody<Context, State, T>(fault: Fault, body: Body<Context, State, T>): Body<Context, State, T> {
  let isSpent = false
  const permanent = () => new AppError('INTERNAL', `Injected: ${fault.step} failed.`)
  const lost = () => new AppError('HOST_UNREACHABLE', `Injected: the reply of ${fault.step} was lost.`)
  const died = () => new WorkAbandoned('Injected: the worker died.')
  return async (context, state, run) => {
    const isFirst = !isSpent
    isSpent = true
    const act = async () => body(context, state, run)
    switch (fault.act) {
      case 'twice':
        await act()
        return act()
      case 'dieBefore':
        if (isFirst) throw died()
        return act()
      case 'dieAfter': {
        const value = await act()
        if (isFirst) throw died()
        return value
      }
      case 'fail':
        throw permanent()
      case 'failAfter':
        await act()
        throw permanent()
      case 'failOnce':
        if (isFirst) throw new AppError('VM_BUSY', `Injected: ${fault.step} could not begin.`)
        return act()
      case 'loseReply':
        await act()
        throw lost()
      case 'loseReplyOnce': {
        const value = await act()
        if (isFirst) throw lost()
        return value
      }
      case 'dieWritten':
        return act()
    }
  }
}

function armWrittenDeaths(faults: readonly Fault[], journal: MemoryJournal): void {
  const deaths = new Map(
    faults
      .filter((fault) => fault.act === 'dieWritten')
      .map((fault) => [`${fault.step} ${fault.side === 'do' ? 'doSucceeded' : 'undoSucceeded'}`, fault]),
  )
  const earlier = journal.afterAppend
  journal.afterAppend = (entry) => {
    earlier(entry)
    if (deaths.delete(`${entry.step} ${entry.event}`)) throw new WorkAbandoned('Injected: the worker died.')
  }
}
