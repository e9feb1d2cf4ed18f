/**
 * Empties a host: close (it takes nothing new) ─▶ empty (moves and shutdowns, tasks of their own) ─▶ report.
 *
 * It owns no machine: each has its own task, with its own steps and undo, and this one only asks for them, a few at a time,
 * and reads how they ended. Everything it knows is in its rows (maintenance/drain-repo.ts), so a panel that dies costs nothing:
 * whoever takes over reads them and goes on. What is kept before a task is asked for is which one; the idempotency key made
 * of it is why none is asked for twice.
 *
 * A cancel stops what is under way and begins nothing more; what has moved stays moved, and the host stays closed.
 */
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import { defineWorkflow, retryClassOf, type StepRun } from '@berth/core/workflow/step'
import {
  isOpen,
  isUnderWay,
  left,
  leftText,
  nextOf,
  progressText,
  refused,
  settle,
  type DrainItem,
  type DrainState,
} from '../maintenance/drain-state.ts'
import { operationArgsSchemas } from './operation-args.ts'
import type { WorkflowContext } from './ports.ts'
import { rowStepLimits } from './vm-target.ts'

interface HostDrainState extends Readonly<Record<string, unknown>> {
  readonly hostId: string
}

/** Of a host with many machines over a slow link. */
const emptyMs = 24 * 3_600_000
const lookAgainMs = 700

export const hostDrain = defineWorkflow<WorkflowContext, HostDrainState>({
  kind: 'host.drain',
  version: 1,
  parseInput: (args) => operationArgsSchemas['host.drain'].parse(args),
  steps: [
    {
      name: 'close',
      title: 'Take nothing new',
      ...rowStepLimits,
      do: async ({ drains }, { hostId }) => {
        await drains.close(hostId)
        return undefined
      },
    },
    {
      name: 'empty',
      title: 'Move its machines away',
      timeoutMs: emptyMs,
      maxAttempts: 10,
      backoffMs: 500,
      weight: 30,
      do: async (context, _state, run) => {
        for (;;) {
          run.signal.throwIfAborted()
          const drain = await step(context, run)
          run.progress(shareOf(drain), progressText(drain))
          if (!drain.items.some(isOpen)) break
          await context.drains.pause(lookAgainMs, run.signal)
        }
        if (run.cancelled.aborted) throw new AppError('OPERATION_CANCELLED', 'Emptying the host was stopped.')
        return undefined
      },
    },
    {
      name: 'report',
      title: 'See whether it is empty',
      ...rowStepLimits,
      do: async ({ drains }, _state, run) => {
        const text = leftText(await drains.read(run.operationId))
        if (text !== null) throw new AppError('HOST_NOT_EMPTY', text)
        return undefined
      },
    },
  ],
})

const shareOf = ({ items }: DrainState): number =>
  items.length === 0 ? 1 : items.filter((item) => !isOpen(item)).length / items.length

/** One look at everything, and what follows from it. Repeated after a death, it finds its own work done. */
async function step({ drains }: WorkflowContext, run: StepRun): Promise<DrainState> {
  const { operationId, cancelled } = run
  const before = await drains.read(operationId)
  const ended = await settled({ drains }, before, operationId)
  if (cancelled.aborted) return stop({ drains }, ended, operationId)
  const plan = await drains.plan(ended)
  const changed = nextOf(ended, plan)
  await drains.write(operationId, changed)
  const standing = laid(ended, changed)
  const asked: DrainItem[] = []
  // Also those of a predecessor that died before it had asked.
  for (const item of standing.items.filter((each) => isUnderWay(each) && each.childId === null)) {
    asked.push(await ask({ drains }, item, operationId))
  }
  await drains.write(operationId, asked)
  return laid(standing, asked)
}

type Drains = Pick<WorkflowContext, 'drains'>

async function settled({ drains }: Drains, drain: DrainState, operationId: string): Promise<DrainState> {
  const children = await drains.children(drain)
  const changed = drain.items.flatMap((item) => {
    const child = item.childId === null || !isUnderWay(item) ? undefined : children.get(item.childId)
    const now = child === undefined ? item : settle(item, child)
    return now === item ? [] : [now]
  })
  await drains.write(operationId, changed)
  return laid(drain, changed)
}

async function ask({ drains }: Drains, item: DrainItem, operationId: string): Promise<DrainItem> {
  try {
    return { ...item, childId: await drains.begin(operationId, item), reason: null }
  } catch (error) {
    // The same is asked for again: its answer is kept under the key.
    if (!(error instanceof AppError) || retryClassOf(error) === 'unknown') throw error
    const isPassing =
      hasErrorCode(error, 'VM_BUSY') || (item.choice === 'move' && hasErrorCode(error, 'VM_STATE_CONFLICT'))
    return refused(item, { message: error.message, isPassing })
  }
}

async function stop({ drains }: Drains, drain: DrainState, operationId: string): Promise<DrainState> {
  for (const { childId } of drain.items.filter(isUnderWay)) if (childId !== null) await drains.stop(childId)
  const changed = drain.items.flatMap((item) =>
    item.state === 'waiting' || (isUnderWay(item) && item.childId === null)
      ? [left(item, 'Stopped before its turn.')]
      : [],
  )
  await drains.write(operationId, changed)
  return laid(drain, changed)
}

const laid = (drain: DrainState, changed: readonly DrainItem[]): DrainState => ({
  ...drain,
  items: drain.items.map((item) => changed.find(({ vmId }) => vmId === item.vmId) ?? item),
})
