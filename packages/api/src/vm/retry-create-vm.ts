/** Creates a machine again that could not be made: its row stays as a tombstone, and holds all that was asked for but the password. */
import { AppError } from '@berth/core/errors/app-error'
import { vmSpecSchema, type VmSpec } from '@berth/core/vm/vm-spec'
import { ownerScope, type Caller } from '../trpc/caller.ts'
import type { Panel } from '../trpc/panel.ts'
import { createVm } from './create-vm.ts'
import { vmCreateInput, type VmCreateInput } from './vm-inputs.ts'
import { findVmWish, type VmWish } from './vm-repo.ts'

interface FormerCreate {
  readonly args: { readonly vmId: string; readonly start: boolean; readonly hadPassword?: boolean | undefined }
  readonly idempotencyKey: string | undefined
}

/** The new task's id. Throws OPERATION_NOT_RETRYABLE, and what `vm.create` throws. */
export async function retryCreateVm(
  panel: Panel,
  caller: Caller,
  { args, idempotencyKey }: FormerCreate,
): Promise<string> {
  if (args.hadPassword === true) {
    throw new AppError('OPERATION_NOT_RETRYABLE', 'It had a password, which was not kept. Create the machine anew.')
  }
  const wish = await findVmWish(panel.db, args.vmId, ownerScope(caller))
  if (wish === null) throw new AppError('OPERATION_NOT_RETRYABLE', 'What it asked for was not kept.')
  const input = { ...inputOf(wish, args.start), idempotencyKey }
  return (await createVm(panel, caller, input)).operationId
}

function inputOf(wish: VmWish, start: boolean): VmCreateInput {
  const spec = vmSpecSchema.parse(wish.spec)
  return vmCreateInput.parse({
    name: spec.name,
    description: wish.description,
    tags: wish.tags,
    imageId: wish.imageId,
    vcpus: spec.vcpus,
    memoryBytes: spec.memoryBytes,
    ...diskOf(spec),
    nics: spec.nics.map(({ network }) => ({ networkId: network.networkId })),
    cloudInit: spec.cloudInit,
    firmware: spec.firmware,
    hasScreen: spec.hasScreen,
    isProtected: wish.isProtected,
    start,
  })
}

function diskOf({ disks: [boot] }: VmSpec) {
  return {
    diskBytes: boot?.sizeBytes,
    pool: boot?.pool,
    diskMode: boot?.source.kind === 'image' ? boot.source.mode : 'overlay',
  }
}
