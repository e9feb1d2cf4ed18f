/**
 * Everything of a move but the move: check ─▶ inspect ─▶ source ─▶ prepare ─▶ path ─▶ clear. Each step is one thing that may
 * be in a move's way, and says what it found.
 *
 *   prepare   a QEMU really starts on the target and waits     undo: it is ended there
 *   path      a real handshake with it; it ends by that, so a second try starts another one
 *
 * There is no point of no return: the machine is only asked, and what waits is never taken. A target that goes away in the
 * middle ends what waits there by itself, some minutes later.
 */
import { agentResultSchemas } from '@berth/core/agent-contract/agent-commands'
import { moveListenerSchema, movePassportSchema } from '@berth/core/agent-contract/move-commands'
import { AppError } from '@berth/core/errors/app-error'
import { hostIdSchema, operationIdSchema, vmIdSchema } from '@berth/core/ids/ids'
import type { BroughtImage, MovedDisk } from '@berth/core/migration/disk-plan'
import { policyMay, type MovePolicy } from '@berth/core/migration/move-policy'
import { usesStreams, type MoveTransport } from '@berth/core/migration/move-transport'
import { defineWorkflow, type StepRun } from '@berth/core/workflow/step'
import { freightOf, withoutBrought } from '../migration/moved-disks.ts'
import { rehearsalNotes } from '../forecast/rehearsal-notes.ts'
import { operationArgsSchemas } from './operation-args.ts'
import type { WorkflowContext } from './ports.ts'
import { runOnHost } from './run-on-host.ts'
import { hostStepLimits, requireVm, rowStepLimits } from './vm-target.ts'
import { withoutPasswords } from './without-passwords.ts'

interface VmRehearseState extends Readonly<Record<string, unknown>> {
  readonly vmId: string
  readonly sourceHostId: string
  readonly targetHostId: string
  readonly vmEpoch: number
  readonly policy: MovePolicy
  readonly transport: MoveTransport
  readonly disks: readonly MovedDisk[]
  readonly bringImages: readonly BroughtImage[]
  /** Of inspect. */
  readonly passport?: unknown
  /** Of each step: what it found. */
  readonly note?: string
}

/** Somebody looks on: what does not work soon is told. */
const limits = { ...hostStepLimits, timeoutMs: 60_000, maxAttempts: 2 } as const

const vmOf = ({ vmId, vmEpoch }: VmRehearseState) => ({ vmId: vmIdSchema.parse(vmId), vmEpoch })
const idOf = ({ operationId }: StepRun) => operationIdSchema.parse(operationId)

export const vmRehearse = defineWorkflow<WorkflowContext, VmRehearseState>({
  kind: 'vm.rehearse',
  version: 1,
  parseInput: (args) => operationArgsSchemas['vm.rehearse'].parse(args),
  steps: [
    {
      name: 'check',
      title: 'Judge the other host by the rules',
      ...rowStepLimits,
      do: async (context, { vmId, sourceHostId, targetHostId, vmEpoch, disks }) => {
        const vm = await requireVm(context, vmId)
        if (vm.hostId !== sourceHostId || vm.ownerEpoch !== vmEpoch) {
          throw new AppError('VM_STATE_CONFLICT', 'The machine has changed hands since this was asked for.')
        }
        const fitness = await context.moves.requireFit(vmId, { hostId: targetHostId, disks })
        return { note: rehearsalNotes.check(fitness) }
      },
    },
    {
      name: 'inspect',
      title: 'Look at what runs',
      ...limits,
      do: async (context, state, run) => {
        const command = { kind: 'move.inspect', ...vmOf(state) } as const
        const passport = agentResultSchemas['move.inspect'].parse(
          await runOnHost(context.link(state.sourceHostId), { run, command }),
        )
        return { passport: withoutPasswords(passport), note: rehearsalNotes.inspect(passport) }
      },
    },
    {
      name: 'source',
      title: 'Ask its QEMU what speaks against a move',
      ...limits,
      do: async (context, state, run) => {
        await rehearse(context, state, { run, target: null })
        return { note: rehearsalNotes.source(state.policy, state.transport) }
      },
    },
    {
      name: 'prepare',
      title: 'Start the QEMU that waits there, with its disks and networks',
      ...limits,
      weight: 3,
      do: async (context, state, run) => {
        await prepare(context, state, { run, part: 'qemu' })
        return { note: rehearsalNotes.prepare(movePassportSchema.parse(state.passport)) }
      },
      undo: endWaiting,
    },
    {
      name: 'path',
      title: 'Try the way that its memory would take',
      ...limits,
      weight: 2,
      do: async (context, state, run) => {
        // Again: a handshake that was tried before has ended the one that waited.
        const { memory } = await prepare(context, state, { run, part: 'qemu' })
        const { tlsKey } = context.moves.secretsOf(run.operationId)
        const { address, port } = await context.moves.addressOf(state.targetHostId)
        const target = { hostId: hostIdSchema.parse(state.targetHostId), address, port, memory, tlsKey }
        const { path } = await rehearse(context, state, { run, target })
        return path === null ? undefined : { note: rehearsalNotes.path({ ...path, ...memory }) }
      },
    },
    {
      name: 'clear',
      title: 'End what waited there',
      ...limits,
      do: async (context, state, run) => {
        await endWaiting(context, state, run)
        return { note: rehearsalNotes.clear }
      },
    },
  ],
})

interface OnHost {
  readonly run: StepRun
  readonly part: string
}

async function prepare(context: WorkflowContext, state: VmRehearseState, { run, part }: OnHost) {
  const { tokenHash, tlsKey } = context.moves.secretsOf(run.operationId)
  const { moveNetwork } = await context.moves.addressOf(state.targetHostId)
  const command = {
    kind: 'move.prepare',
    ...{ ...vmOf(state), moveId: idOf(run), isRehearsal: true, tokenHash, tlsKey },
    sourceHostId: hostIdSchema.parse(state.sourceHostId),
    passport: movePassportSchema.parse(state.passport),
    ...freightOf(withoutBrought(state.disks, state.bringImages)),
    ...(usesStreams(state.transport) ? { transport: state.transport } : {}),
    ...(policyMay(state.policy, 'switch') ? { mayComeEarly: true } : {}),
    ...(moveNetwork === null ? {} : { network: moveNetwork }),
  } as const
  return moveListenerSchema.parse(await runOnHost(context.link(state.targetHostId), { run, command, part }))
}

async function rehearse(
  context: WorkflowContext,
  state: VmRehearseState,
  { run, target }: { run: StepRun; target: RehearsalTarget | null },
) {
  const { policy, transport } = state
  const command = { kind: 'move.rehearse', ...vmOf(state), moveId: idOf(run), policy, transport, target } as const
  const link = context.link(state.sourceHostId)
  return agentResultSchemas['move.rehearse'].parse(await runOnHost(link, { run, command, part: 'rehearse' }))
}

type RehearsalTarget = NonNullable<
  Extract<Parameters<typeof runOnHost>[1]['command'], { kind: 'move.rehearse' }>['target']
>

/** Nothing for a target that is away: what waits there and hears nothing ends by itself. */
async function endWaiting(context: WorkflowContext, state: VmRehearseState, run: StepRun): Promise<void> {
  const link = context.link(state.targetHostId)
  if (!link.isOnline) return
  const command = { kind: 'move.abandon', ...vmOf(state), moveId: idOf(run), isRehearsal: true } as const
  await runOnHost(link, { run, command })
}
