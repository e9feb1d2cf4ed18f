/**
 * Accepts a change of a machine. Its name, notes, tags and protection live in the panel alone and change at once; what
 * its host must know becomes a task, and waits for the next start where the machine runs.
 */
import { AppError } from '@berth/core/errors/app-error'
import { formatBytes } from '@berth/core/units/bytes'
import { mayVm } from '@berth/core/vm/vm-can'
import { situationOf, type VmView } from '@berth/core/vm/vm-view'
import { vmSpecSchema, type VmSpec } from '@berth/core/vm/vm-spec'
import { announce } from '../events/outbox-repo.ts'
import { ownerScope, type Caller } from '../trpc/caller.ts'
import type { Panel } from '../trpc/panel.ts'
import type { VmUpdateInput } from './vm-inputs.ts'
import { requireHostTakes } from './update-limits.ts'
import { changeVm, requireVmView } from './vm-repo.ts'

export interface UpdatedVm {
  /** Null when nothing had to be told to the host: the change is done. */
  readonly operationId: string | null
  readonly vmId: string
}

export async function updateVm(panel: Panel, caller: Caller, input: VmUpdateInput): Promise<UpdatedVm> {
  const view = await requireVmView(panel, input.vmId, ownerScope(caller))
  const { idempotencyKey, ...request } = input
  const { vmId: _vmId, revision: _revision, ...wanted } = request
  const asked = { kind: 'vm.update', caller, idempotencyKey, request } as const
  const repeated = await panel.operations.findRepeated(asked)
  if (repeated) return { operationId: repeated.operationId, vmId: view.vmId }
  if (input.revision !== undefined && input.revision !== view.revision) {
    throw new AppError('REVISION_CONFLICT', `The machine is at revision ${view.revision}, not ${input.revision}.`)
  }
  const previousSpec = vmSpecSchema.parse(view.spec)
  const spec = changedSpec(previousSpec, input)
  const target = { vmId: view.vmId, revision: view.revision }
  const change = {
    name: input.name,
    description: input.description,
    tags: input.tags,
    isProtected: input.isProtected,
    movePolicy: input.movePolicy,
  }
  if (spec === undefined) {
    await panel.db.$transaction(async (tx) => {
      await changeVm(tx, target, change)
      await announce(tx, { kind: 'vm.changed', vmId: view.vmId })
    })
    return { operationId: null, vmId: view.vmId }
  }
  requireChangeable(view)
  await requireHostTakes(panel.db, view.host?.hostId ?? null, { before: previousSpec, after: spec })
  const { operationId } = await panel.operations.start({
    ...asked,
    args: { vmId: view.vmId, previousSpec, wanted },
    target: { vmId: view.vmId, hostId: view.host?.hostId, name: input.name ?? view.name },
    accept: (tx) => changeVm(tx, target, { ...change, spec }),
  })
  return { operationId, vmId: view.vmId }
}

function requireChangeable(view: VmView): void {
  const answer = mayVm('update', situationOf(view))
  if (!answer.isAllowed) throw new AppError(answer.code, answer.reason)
}

/** Undefined when nothing of the spec changes. Throws SIZE_INVALID for a disk that would shrink. */
function changedSpec(spec: VmSpec, input: VmUpdateInput): VmSpec | undefined {
  const [boot, ...others] = spec.disks
  const next: VmSpec = {
    ...spec,
    name: input.name ?? spec.name,
    vcpus: input.vcpus ?? spec.vcpus,
    memoryBytes: input.memoryBytes ?? spec.memoryBytes,
    firmware: input.firmware ?? spec.firmware,
    hasScreen: input.hasScreen ?? spec.hasScreen,
    disks: boot ? [{ ...boot, sizeBytes: input.diskBytes ?? boot.sizeBytes }, ...others] : [],
  }
  if (boot && input.diskBytes !== undefined && input.diskBytes < boot.sizeBytes) {
    throw new AppError(
      'SIZE_INVALID',
      `diskBytes: ${formatBytes(input.diskBytes)} asked, the disk has ${formatBytes(boot.sizeBytes)} and only grows.`,
      { details: { field: 'diskBytes', askedBytes: input.diskBytes, leastBytes: boot.sizeBytes } },
    )
  }
  return JSON.stringify(next) === JSON.stringify(spec) ? undefined : next
}
