/**
 * Moves a running machine to another host: check ─▶ image (those of its disks that are not there yet) ─▶ inspect ─▶ prepare ─▶ send ─▶ publish ─▶ settle (─▶ listen) (─▶ follow ─▶ confirm).
 *
 *   prepare   a QEMU waits on the target                      undo: it is ended there
 *   send      the point of no return: the source's agent gives the machine away, by itself, in its own record
 *   publish   the rows follow whoever says that the machine is his
 *   listen    what the network saw of the switch, which the source's agent hears out for some seconds: kept if it comes
 *   follow    only of one that may go ahead of its memory: until all of that is there as well
 *   confirm   only where some of it was lost: says so, once
 *
 * The panel decides nothing (docs/decisions/0012): it commands, and then asks. A failure of `send` is believed only once the
 * source says that the machine is still its own; the source may then own it under a higher epoch (the target refused for ever),
 * and the row must follow that too, or every later command would be stale.
 */
import { agentResultSchemas } from '@berth/core/agent-contract/agent-commands'
import { moveListenerSchema, movePassportSchema } from '@berth/core/agent-contract/move-commands'
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import { hostIdSchema, operationIdSchema, vmIdSchema } from '@berth/core/ids/ids'
import type { BroughtImage, MovedDisk } from '@berth/core/migration/disk-plan'
import { policyMay, type MovePolicy } from '@berth/core/migration/move-policy'
import { usesStreams, type MoveTransport } from '@berth/core/migration/move-transport'
import { moveReportSchema, type MoveProgress } from '@berth/core/migration/move-progress'
import type { AgentLink } from '../agents/agent-link.ts'
import { defineWorkflow, retryClassOf, type StepRun } from '@berth/core/workflow/step'
import { FinalFailure } from '../migration/final-failure.ts'
import { freightOf } from '../migration/moved-disks.ts'
import { bringImages, imageStepLimits } from './bring-image.ts'
import { askOwner, askOwners, requireMoved } from './move-ownership.ts'
import { operationArgsSchemas } from './operation-args.ts'
import type { WorkflowContext } from './ports.ts'
import { runOnHost } from './run-on-host.ts'
import { afterwardsLimits, defineVm, hostStepLimits, requireVm, rowStepLimits } from './vm-target.ts'
import { withoutPasswords } from './without-passwords.ts'

interface VmMigrateState extends Readonly<Record<string, unknown>> {
  readonly vmId: string
  readonly sourceHostId: string
  readonly targetHostId: string
  readonly vmEpoch: number
  readonly policy: MovePolicy
  readonly bandwidthBytesPerSecond: number | null
  readonly transport: MoveTransport
  readonly isOff: boolean
  /** Those that travel. */
  readonly disks: readonly MovedDisk[]
  readonly bringImages: readonly BroughtImage[]
  /** Of check. */
  readonly fitness?: unknown
  /** Of inspect. */
  readonly passport?: unknown
  /** Of prepare. */
  readonly listener?: unknown
  /** Of follow; absent where nothing was lost. */
  readonly loss?: string
  /** Of send; absent where its answer was lost and both hosts say that it is done. */
  readonly report?: unknown
}

/** A guest that writes much over a slow link takes hours. */
const sendLimits = { timeoutMs: 6 * 3_600_000, maxAttempts: 8, backoffMs: 500 } as const
/** A target that is there answers this within seconds; the machine runs on the source and should not stay busy. */
const abandonMs = 12_000
/** More than an agent listens for. */
const listenMs = 12_000

const vmOf = ({ vmId, vmEpoch }: VmMigrateState) => ({ vmId: vmIdSchema.parse(vmId), vmEpoch })

export const vmMigrate = defineWorkflow<WorkflowContext, VmMigrateState>({
  kind: 'vm.migrate',
  version: 1,
  parseInput: (args) => operationArgsSchemas['vm.migrate'].parse(args),
  steps: [
    {
      name: 'check',
      title: 'Check the host',
      ...rowStepLimits,
      do: async (context, { vmId, sourceHostId, targetHostId, vmEpoch, disks }) => {
        const vm = await requireVm(context, vmId)
        if (vm.hostId !== sourceHostId || vm.ownerEpoch !== vmEpoch) {
          throw new AppError('VM_STATE_CONFLICT', 'The machine has changed hands since this was asked for.')
        }
        // In the journal, so that it can be read later why that host was thought to fit.
        return { fitness: await context.moves.requireFit(vmId, { hostId: targetHostId, disks }) }
      },
    },
    {
      name: 'image',
      title: 'Send its image there first',
      ...imageStepLimits,
      weight: 10,
      isNeeded: ({ bringImages: images }) => images.length > 0,
      // Not undone: another machine there may lie on it already; what nobody uses is forgotten in time.
      do: async (context, { targetHostId, bringImages: images }, run) => {
        await bringImages(context, { hostId: targetHostId, images }, run)
        return undefined
      },
    },
    {
      name: 'inspect',
      title: 'Look at the machine',
      ...hostStepLimits,
      do: async (context, state, run) => {
        const command = { kind: 'move.inspect', ...vmOf(state) } as const
        const result = await runOnHost(context.link(state.sourceHostId), { run, command })
        return { passport: withoutPasswords(agentResultSchemas['move.inspect'].parse(result)) }
      },
    },
    {
      name: 'prepare',
      title: 'Prepare the other host',
      ...hostStepLimits,
      // What an earlier move left there is ended within seconds of its return; see move-keeper.ts.
      maxAttempts: 6,
      weight: 2,
      do: async (context, state, run) => {
        const { tokenHash, tlsKey } = context.moves.secretsOf(run.operationId)
        const { moveNetwork } = await context.moves.addressOf(state.targetHostId)
        const command = {
          kind: 'move.prepare',
          ...vmOf(state),
          moveId: operationIdSchema.parse(run.operationId),
          sourceHostId: hostIdSchema.parse(state.sourceHostId),
          passport: movePassportSchema.parse(state.passport),
          ...freightOf(state.disks),
          tokenHash,
          tlsKey,
          ...setUpOf(state),
          ...(policyMay(state.policy, 'switch') ? { mayComeEarly: true } : {}),
          ...(moveNetwork === null ? {} : { network: moveNetwork }),
        } as const
        return { listener: await runOnHost(context.link(state.targetHostId), { run, command }) }
      },
      undo: async (context, state, run) => {
        await followSource(context, state, run)
        await abandon(context, state, run)
      },
    },
    {
      name: 'send',
      title: 'Send it and hand it over',
      ...sendLimits,
      weight: 90,
      isPointOfNoReturn: true,
      do: async (context, state, run) => {
        try {
          return { report: await send(context, state, run) }
        } catch (error) {
          if (retryClassOf(error) === 'unknown') throw error
          return believeFailure(context, { state, run, error })
        }
      },
    },
    {
      name: 'publish',
      title: 'Record its new host',
      ...afterwardsLimits,
      do: async (context, state, run) => {
        await online(context, state.targetHostId, run)
        const epoch = requireMoved(await askOwners(context, state, run.signal))
        await context.vms.setOwner(state.vmId, { hostId: state.targetHostId, epoch, disks: state.disks })
        const report = moveReportSchema.safeParse(state.report)
        if (report.success) await context.moves.setReport(run.operationId, report.data)
        return undefined
      },
    },
    {
      name: 'settle',
      title: 'See that one host has it',
      ...afterwardsLimits,
      do: async (context, state, run) => {
        await online(context, state.targetHostId, run)
        requireMoved(await askOwners(context, state, run.signal))
        // The new owner takes a command of its new epoch, and says at once how the machine is there.
        await defineVm({ context, vm: await requireVm(context, state.vmId), run })
        return undefined
      },
    },
    {
      name: 'listen',
      title: 'Hear what its network saw',
      ...rowStepLimits,
      maxAttempts: 1,
      // One that may go ahead of its memory is followed in any case, and its report says it then.
      isNeeded: ({ policy, isOff, report }) => !isOff && !policyMay(policy, 'switch') && isStillListenedTo(report),
      do: listen,
    },
    {
      name: 'follow',
      title: 'Let the rest of its memory follow',
      ...sendLimits,
      weight: 10,
      isNeeded: ({ policy, isOff }) => !isOff && policyMay(policy, 'switch'),
      hearsCancel: true,
      do: follow,
    },
    {
      name: 'confirm',
      title: 'See that all of its memory is there',
      ...rowStepLimits,
      // It only says what is known, and that stays so.
      maxAttempts: 1,
      isNeeded: ({ loss }) => loss !== undefined,
      do: (_context, { loss }) => Promise.reject(new AppError('MOVE_MEMORY_LOST', loss ?? '')),
    },
  ],
})

async function send(context: WorkflowContext, state: VmMigrateState, run: StepRun): Promise<unknown> {
  const { token, tlsKey } = context.moves.secretsOf(run.operationId)
  const listener = moveListenerSchema.parse(state.listener)
  const { address, port } = await context.moves.addressOf(state.targetHostId)
  const command = {
    kind: 'move.send',
    ...vmOf(state),
    moveId: operationIdSchema.parse(run.operationId),
    token,
    tlsKey,
    target: { hostId: hostIdSchema.parse(state.targetHostId), address, port, ...listener },
    ...freightOf(state.disks),
    policy: state.policy,
    bandwidthBytesPerSecond: state.bandwidthBytesPerSecond,
    ...setUpOf(state),
  } as const
  await using figures = context.moves.figures(run.operationId)
  return await runOnHost(context.link(state.sourceHostId), {
    run,
    command,
    onMove: (progress) => figures.note(progress),
  })
}

/** Nobody waits for a host that is away, or for an agent that cannot say: the move is over, and well. */
async function listen(context: WorkflowContext, state: VmMigrateState, run: StepRun): Promise<undefined> {
  const link = context.link(state.sourceHostId)
  if (!link.isOnline) return undefined
  const command = { kind: 'move.follow', ...vmOf(state), moveId: operationIdSchema.parse(run.operationId) } as const
  const signal = AbortSignal.any([run.signal, AbortSignal.timeout(listenMs)])
  const result = await runOnHost(link, { run: { ...run, signal }, command }).catch((error: unknown) => {
    if (run.signal.aborted) throw error
    // Its report is kept already, without this one figure.
    return undefined
  })
  if (result !== undefined) await context.moves.setReport(run.operationId, moveReportSchema.parse(result))
  return undefined
}

const isStillListenedTo = (report: unknown): boolean => {
  const parsed = moveReportSchema.safeParse(report)
  return parsed.success && parsed.data.network === undefined
}

/** An operator who cancels while the source is away gives up what is there: nobody else can say whether it will come back. */
async function follow(context: WorkflowContext, state: VmMigrateState, run: StepRun): Promise<Partial<VmMigrateState>> {
  const link = context.link(state.sourceHostId)
  const command = { kind: 'move.follow', ...vmOf(state), moveId: operationIdSchema.parse(run.operationId) } as const
  await using figures = context.moves.figures(run.operationId)
  using patience = givesUpWhileAway(link, run.cancelled)
  const onMove = (progress: MoveProgress): void => figures.note(progress)
  try {
    const signal = AbortSignal.any([run.signal, patience.signal])
    const result = await runOnHost(link, { run: { ...run, signal }, command, onMove })
    await context.moves.setReport(run.operationId, moveReportSchema.parse(result))
    return {}
  } catch (error) {
    if (patience.signal.aborted)
      return { loss: 'The host that held the rest of its memory is away, and it was given up.' }
    if (hasErrorCode(error, 'MOVE_MEMORY_LOST')) return { loss: error.message }
    throw error
  }
}

function givesUpWhileAway(link: AgentLink, cancelled: AbortSignal): Disposable & { readonly signal: AbortSignal } {
  const abort = new AbortController()
  const giveUp = (): void => {
    if (!link.isOnline) abort.abort()
  }
  if (cancelled.aborted) giveUp()
  cancelled.addEventListener('abort', giveUp, { once: true })
  return { signal: abort.signal, [Symbol.dispose]: () => cancelled.removeEventListener('abort', giveUp) }
}

interface SendFailure {
  readonly state: VmMigrateState
  readonly run: StepRun
  readonly error: unknown
}

/** Throws the failure when the source still owns the machine; success when it does not; else asks to be repeated. */
async function believeFailure(
  context: WorkflowContext,
  { state, run, error }: SendFailure,
): Promise<Partial<VmMigrateState>> {
  const owner = await askOwner(context.link(state.sourceHostId), state.vmId, run.signal)
  if (owner.kind === 'given' && owner.isTaken) return {}
  // Sent again, it would copy all of it again for the same end. Whoever asked may ask again.
  if (owner.kind === 'mine') throw error instanceof AppError ? new FinalFailure(error) : error
  throw new AppError('OPERATION_INTERRUPTED', 'The source does not know yet whether the other host has the machine.', {
    cause: error,
  })
}

/** The row follows the source, which may own it under a higher epoch than before. Throws while it is not known to own it. */
async function followSource(context: WorkflowContext, state: VmMigrateState, run: StepRun): Promise<void> {
  const { vmId, sourceHostId } = state
  const owner = await askOwner(context.link(sourceHostId), vmId, run.signal)
  if (owner.kind === 'given') {
    throw new AppError('OPERATION_INTERRUPTED', 'The source has given the machine away.', { details: { owner } })
  }
  if (owner.kind === 'mine') await context.vms.setOwner(vmId, { hostId: sourceHostId, epoch: owner.epoch })
}

/** A target that is away keeps what waits there until it is back; nobody has to wait for that. */
async function abandon(context: WorkflowContext, state: VmMigrateState, run: StepRun): Promise<void> {
  const link = context.link(state.targetHostId)
  if (!link.isOnline) {
    await context.moves.oweAbandon(run.operationId)
    return
  }
  const command = {
    kind: 'move.abandon',
    ...vmOf(state),
    moveId: operationIdSchema.parse(run.operationId),
  } as const
  const patience = AbortSignal.timeout(abandonMs)
  try {
    await runOnHost(link, { run: { ...run, signal: AbortSignal.any([run.signal, patience]) }, command })
  } catch (error) {
    if (hasErrorCode(error, 'VM_NOT_FOUND')) return
    if (!patience.aborted) throw error
    await context.moves.oweAbandon(run.operationId)
  }
}

/** Nothing where it is as every agent does it. */
const setUpOf = ({ transport }: VmMigrateState): { transport?: MoveTransport } =>
  usesStreams(transport) ? { transport } : {}

async function online(context: WorkflowContext, hostId: string, run: StepRun): Promise<void> {
  const link = context.link(hostId)
  if (!link.isOnline) await link.whenOnline(run.signal)
}
