/**
 * Tries an ended task again: the same input as a new task that names the old one. Each kind goes the way on which it was
 * asked first, so that the same rules judge it anew, by what the caller may now and what the world is now.
 */
import { AppError } from '@berth/core/errors/app-error'
import { operationKindSchema, type OperationKind } from '@berth/core/operation/operation'
import { retryRefusal } from '@berth/core/operation/operation-retry'
import { deleteImage, retryImport } from '../image/import-image.ts'
import { moveDisk } from '../disks/move-disk.ts'
import { rehearseVm } from '../forecast/rehearse-vm.ts'
import { startDrain } from '../maintenance/maintain-host.ts'
import { migrateVm } from '../migration/migrate-vm.ts'
import { attachPool, createSharedPool, detachPool } from '../pool/change-pools.ts'
import { isAdmin, ownerScope, type Caller } from '../trpc/caller.ts'
import type { OperationPort } from '../trpc/operation-port.ts'
import type { AuditNotes, Panel } from '../trpc/panel.ts'
import { retryCreateVm } from '../vm/retry-create-vm.ts'
import { ejectDisc, insertDisc } from '../vm/vm-disc-verbs.ts'
import { updateVm } from '../vm/update-vm.ts'
import { vmUpdateInput } from '../vm/vm-inputs.ts'
import { askVm, askVmGracefully } from '../vm/vm-verbs.ts'
import { operationArgsSchemas } from '../workflows/operation-args.ts'
import { findOperationArgs } from './operation-view-repo.ts'

export interface RetryRequest {
  readonly operationId: string
  readonly idempotencyKey: string | undefined
}

interface Asking {
  readonly panel: Panel
  readonly caller: Caller
  readonly notes: AuditNotes
}

/** The new task's id. Throws OPERATION_NOT_FOUND, OPERATION_NOT_RETRYABLE, and what the original procedure throws. */
export async function retryOperation(asking: Asking, wanted: RetryRequest): Promise<{ operationId: string }> {
  const { panel, caller, notes } = asking
  const view = await panel.operations.get(wanted.operationId, ownerScope(caller))
  notes.targetName = view.title
  const { operationId, idempotencyKey } = wanted
  // A lost answer's retry: the task that it started is the answer, and is also why the old one may not be tried again.
  if (view.retriedById !== null && idempotencyKey !== undefined) {
    const repeated = await panel.operations.findByKey(caller, idempotencyKey)
    if (repeated === view.retriedById) return { operationId: repeated }
  }
  const refusal = retryRefusal(view)
  if (refusal !== null) throw new AppError('OPERATION_NOT_RETRYABLE', refusal, { details: { operationId } })
  const linked = { ...asking, panel: { ...panel, operations: linkedTo(panel.operations, operationId) } }
  const started = await askAgain[operationKindSchema.parse(view.kind)](linked, {
    args: await findOperationArgs(panel.db, operationId),
    idempotencyKey,
  })
  if (started === null) throw new AppError('OPERATION_NOT_RETRYABLE', 'Nothing of it is left to be done.')
  return { operationId: started }
}

/** The same operations, each new one of which names the task that it tries again. */
function linkedTo(operations: OperationPort, retryOfId: string): OperationPort {
  return {
    findRepeated: (question) => operations.findRepeated(question),
    findByKey: (caller, key) => operations.findByKey(caller, key),
    start: (request) => operations.start({ ...request, retryOfId }),
    list: (filter, page) => operations.list(filter, page),
    get: (operationId, ownerId) => operations.get(operationId, ownerId),
    cancel: (operationId, ownerId) => operations.cancel(operationId, ownerId),
  }
}

interface Former {
  readonly args: unknown
  readonly idempotencyKey: string | undefined
}
type AskAgain = (asking: Asking, former: Former) => Promise<string | null>

const plain =
  (verb: 'start' | 'stop' | 'reset' | 'pause' | 'resume' | 'delete'): AskAgain =>
  async (asking, { args, idempotencyKey }) => {
    const { vmId } = operationArgsSchemas[`vm.${verb}`].parse(args)
    return (await askVm(asking, verb, { vmId, idempotencyKey })).operationId
  }

const graceful =
  (verb: 'shutdown' | 'reboot'): AskAgain =>
  async (asking, { args, idempotencyKey }) => {
    const { vmId, timeoutMs } = operationArgsSchemas[`vm.${verb}`].parse(args)
    return (await askVmGracefully(asking, verb, { vmId, timeoutMs, idempotencyKey })).operationId
  }

const askAgain: Readonly<Record<OperationKind, AskAgain>> = {
  'vm.create': async ({ panel, caller }, { args, idempotencyKey }) =>
    retryCreateVm(panel, caller, { args: operationArgsSchemas['vm.create'].parse(args), idempotencyKey }),
  'vm.start': plain('start'),
  'vm.stop': plain('stop'),
  'vm.reset': plain('reset'),
  'vm.pause': plain('pause'),
  'vm.resume': plain('resume'),
  'vm.delete': plain('delete'),
  'vm.shutdown': graceful('shutdown'),
  'vm.reboot': graceful('reboot'),
  'vm.update': async ({ panel, caller }, { args, idempotencyKey }) => {
    const { vmId, wanted } = operationArgsSchemas['vm.update'].parse(args)
    if (wanted === undefined) throw new AppError('OPERATION_NOT_RETRYABLE', 'What it asked for was not kept.')
    return (await updateVm(panel, caller, { ...vmUpdateInput.parse({ vmId, ...wanted }), idempotencyKey })).operationId
  },
  'vm.insertDisc': async (asking, { args, idempotencyKey }) => {
    const { vmId, imageId, isForced } = operationArgsSchemas['vm.insertDisc'].parse(args)
    return (await insertDisc(asking, { vmId, imageId, isForced, idempotencyKey })).operationId
  },
  'vm.ejectDisc': async (asking, { args, idempotencyKey }) => {
    const { vmId, isForced } = operationArgsSchemas['vm.ejectDisc'].parse(args)
    return (await ejectDisc(asking, { vmId, isForced, idempotencyKey })).operationId
  },
  'vm.migrate': async (asking, { args, idempotencyKey }) => {
    requireAdmin(asking.caller)
    const { vmId, targetHostId, policy, bandwidthBytesPerSecond, transport, ...former } =
      operationArgsSchemas['vm.migrate'].parse(args)
    const disks = former.disks.map(({ volumeId, pool }) => ({ volumeId, pool }))
    const wanted = { vmId, targetHostId, policy, bandwidthBytesPerSecond, transport, disks, idempotencyKey }
    return (await migrateVm(asking, wanted)).operationId
  },
  'vm.rehearse': async (asking, { args, idempotencyKey }) => {
    requireAdmin(asking.caller)
    const { vmId, targetHostId, policy, transport, disks } = operationArgsSchemas['vm.rehearse'].parse(args)
    const wanted = { vmId, targetHostId, policy, transport, disks, idempotencyKey }
    return (await rehearseVm(asking, wanted)).operationId
  },
  'vm.moveDisk': async (asking, { args, idempotencyKey }) => {
    requireAdmin(asking.caller)
    const { vmId, volumeId, toPool, bandwidthBytesPerSecond, keepsOld } =
      operationArgsSchemas['vm.moveDisk'].parse(args)
    const wanted = { vmId, volumeId, toPool, bandwidthBytesPerSecond, keepsOld, idempotencyKey }
    return (await moveDisk(asking, wanted)).operationId
  },
  'image.import': async ({ panel, caller }, { args, idempotencyKey }) => {
    requireAdmin(caller)
    return retryImport(panel, caller, { args: operationArgsSchemas['image.import'].parse(args), idempotencyKey })
  },
  'image.delete': async ({ panel, caller }, { args, idempotencyKey }) => {
    requireAdmin(caller)
    const { imageId } = operationArgsSchemas['image.delete'].parse(args)
    return (await deleteImage(panel, caller, { imageId, idempotencyKey })).operationId
  },
  /** Its keeper looks again by itself, and may find that somebody uses it by now. */
  'image.forget': () =>
    Promise.reject(new AppError('OPERATION_NOT_RETRYABLE', 'It is looked at again within the hour, by itself.')),
  'pool.create': async ({ panel, caller }, { args, idempotencyKey }) => {
    requireAdmin(caller)
    const { name, path, source, hostIds } = operationArgsSchemas['pool.create'].parse(args)
    return (await createSharedPool(panel, caller, { name, path, source, hostIds, idempotencyKey })).operationId
  },
  'pool.attach': async ({ panel, caller }, { args, idempotencyKey }) => {
    requireAdmin(caller)
    const { poolId, path, hostId } = operationArgsSchemas['pool.attach'].parse(args)
    return (await attachPool(panel, caller, { poolId, path, hostId, idempotencyKey })).operationId
  },
  'pool.detach': async ({ panel, caller }, { args, idempotencyKey }) => {
    requireAdmin(caller)
    const { poolId, hostId } = operationArgsSchemas['pool.detach'].parse(args)
    return (await detachPool(panel, caller, { poolId, hostId, idempotencyKey })).operationId
  },
  'host.drain': async (asking, { args, idempotencyKey }) => {
    requireAdmin(asking.caller)
    const { hostId, choices } = operationArgsSchemas['host.drain'].parse(args)
    return (await startDrain(asking, { hostId, choices, idempotencyKey })).operationId
  },
}

/** As the procedures of images and moves ask for; they do it before their handler is reached, which a retry does not pass. */
function requireAdmin(caller: Caller): void {
  if (!isAdmin(caller)) throw new AppError('PERMISSION_DENIED', 'Only administrators may do this.')
}
