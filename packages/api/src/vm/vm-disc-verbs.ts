/** Accepts another disc in a machine's drive, or none: the same rules for both, then a task. */
import { AppError } from '@berth/core/errors/app-error'
import type { ImageId } from '@berth/core/ids/ids'
import type { VmView } from '@berth/core/vm/vm-view'
import { vmSpecSchema, type VmSpec } from '@berth/core/vm/vm-spec'
import type { DatabaseClient } from '@berth/prisma/client'
import { announce } from '../events/outbox-repo.ts'
import { lockImage, requireImageOn, requireImageView, requireReady } from '../image/image-repo.ts'
import { ownerScope } from '../trpc/caller.ts'
import type { VmDiscInput, VmInsertDiscInput } from './vm-inputs.ts'
import { changeVm, requireVmView } from './vm-repo.ts'
import { requireVerb, type Asking } from './vm-verbs.ts'

/** Throws IMAGE_NOT_FOUND, IMAGE_NOT_READY, INPUT_INVALID for what is no disc, and as core's table says. */
export async function insertDisc(asking: Asking, input: VmInsertDiscInput): Promise<{ operationId: string }> {
  const { panel, notes } = asking
  const asked = await accept(asking, 'vm.insertDisc', input)
  if (asked.isRepeated) return { operationId: asked.operationId }
  const { vm } = asked
  const image = await requireImageView(panel.db, input.imageId)
  notes.targetName = `${image.name} in ${vm.name}`
  requireReady(image)
  if (image.kind !== 'iso') {
    throw new AppError('INPUT_INVALID', `imageId: "${image.name}" is a disk, and only an ISO goes into a CD drive.`)
  }
  if (vm.host !== null) await requireImageOn(panel.db, image, vm.host)
  const { imageId } = image
  const { previousSpec, target } = asked
  const { operationId } = await panel.operations.start({
    ...asked.request,
    kind: 'vm.insertDisc',
    args: { vmId: vm.vmId, previousSpec, imageId, isForced: input.isForced },
    target,
    accept: async (tx) => {
      requireReady(await lockImage(tx, imageId))
      await recordDisc(tx, { vm, previousSpec, imageId })
    },
  })
  return { operationId }
}

export async function ejectDisc(asking: Asking, input: VmDiscInput): Promise<{ operationId: string }> {
  const asked = await accept(asking, 'vm.ejectDisc', input)
  if (asked.isRepeated) return { operationId: asked.operationId }
  const { vm, previousSpec, target } = asked
  const { operationId } = await asking.panel.operations.start({
    ...asked.request,
    kind: 'vm.ejectDisc',
    args: { vmId: vm.vmId, previousSpec, isForced: input.isForced },
    target,
    accept: (tx) => recordDisc(tx, { vm, previousSpec, imageId: null }),
  })
  return { operationId }
}

/** The earlier task of a repeated key, or what a new one needs. */
async function accept(asking: Asking, kind: 'vm.insertDisc' | 'vm.ejectDisc', input: VmDiscInput) {
  const { panel, caller, notes } = asking
  const vm = await requireVmView(panel, input.vmId, ownerScope(caller))
  notes.targetName = vm.name
  const { idempotencyKey, ...wanted } = input
  const request = { caller, idempotencyKey, request: wanted }
  const repeated = await panel.operations.findRepeated({ kind, ...request })
  if (repeated) return { isRepeated: true, operationId: repeated.operationId } as const
  requireVerb('changeDisc', vm)
  if (vm.spec.cdrom === null && vm.run !== null) {
    throw new AppError(
      'VM_STATE_CONFLICT',
      'The machine was started without a CD drive. Shut it down, insert the disc, and start it.',
    )
  }
  const target = { vmId: vm.vmId, hostId: vm.host?.hostId, name: vm.name }
  return { isRepeated: false, vm, request, previousSpec: vmSpecSchema.parse(vm.spec), target } as const
}

interface RecordedDisc {
  readonly vm: VmView
  readonly previousSpec: VmSpec
  readonly imageId: ImageId | null
}

async function recordDisc(tx: DatabaseClient, { vm, previousSpec, imageId }: RecordedDisc): Promise<void> {
  await changeVm(tx, { vmId: vm.vmId, revision: vm.revision }, { spec: { ...previousSpec, cdrom: { imageId } } })
  // Their pages say in which machines they are.
  const touched = [previousSpec.cdrom?.imageId ?? null, imageId].filter((id) => id !== null)
  for (const id of new Set(touched)) await announce(tx, { kind: 'image.changed', imageId: id })
}
