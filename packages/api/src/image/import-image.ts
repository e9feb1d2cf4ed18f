/** Accepts images: by address, or by a file that lies in a host's incoming folder already. */
import type { ImageSource } from '@berth/core/agent-contract/agent-commands'
import { AppError } from '@berth/core/errors/app-error'
import { hostIdSchema, imageIdSchema, newUuid } from '@berth/core/ids/ids'
import type { ImageHints } from '@berth/core/image/image'
import { defaultPoolName } from '@berth/core/storage/volume'
import type { Caller } from '../trpc/caller.ts'
import type { Panel } from '../trpc/panel.ts'
import type { OperationArgs } from '../workflows/operation-args.ts'
import type { ImageImportInput } from './image-inputs.ts'
import {
  chooseImageHost,
  findIncomingImage,
  insertImage,
  requireImageView,
  requireUnused,
  setImportingAgain,
} from './image-repo.ts'

export interface StartedImport {
  readonly operationId: string
  readonly imageId: string
}

type ImportPanel = Pick<Panel, 'db' | 'operations'>

export async function importImageFromUrl(
  panel: Panel,
  caller: Caller,
  input: ImageImportInput,
): Promise<StartedImport> {
  const { idempotencyKey, ...request } = input
  const source: ImageSource = { kind: 'url', url: input.url, checksum: input.checksum ?? null }
  refuseUrlWithPassword(input.url)
  const { name, hints } = input
  return startImport(panel, caller, {
    ...{ name, hints, source, idempotencyKey, request },
    place: { hostId: input.hostId ?? null, pool: input.pool },
  })
}

interface ImportRequest {
  readonly name: string
  readonly hints: ImageHints
  readonly source: ImageSource
  readonly place: { readonly hostId: string | null; readonly pool: string }
  readonly idempotencyKey: string | undefined
  readonly request: unknown
}

async function startImport(panel: ImportPanel, caller: Caller, wanted: ImportRequest): Promise<StartedImport> {
  const { idempotencyKey, request } = wanted
  const asked = { kind: 'image.import', caller, idempotencyKey, request } as const
  const repeated = await panel.operations.findRepeated(asked)
  if (repeated?.imageId) return { operationId: repeated.operationId, imageId: repeated.imageId }
  const place = await chooseImageHost(panel.db, wanted.place)
  const hostId = hostIdSchema.parse(place.hostId)
  const imageId = imageIdSchema.parse(newUuid())
  const { name, hints, source } = wanted
  const started = await panel.operations.start({
    ...asked,
    args: { imageId, hostId, pool: place.pool, source },
    target: { imageId, hostId, name },
    accept: (tx) =>
      insertImage(tx, { imageId, name, source, hints, hostId, pool: place.pool, createdById: caller.userId }),
  })
  return { operationId: started.operationId, imageId: started.imageId ?? imageId }
}

interface FormerImport {
  readonly args: OperationArgs<'image.import'>
  readonly idempotencyKey: string | undefined
}

/** Imports a failed image again, under its own id: the list shows it once. Throws IMAGE_NOT_FOUND, IMAGE_NOT_READY. */
export async function retryImport(panel: Panel, caller: Caller, former: FormerImport): Promise<string> {
  const { args, idempotencyKey } = former
  const { name } = await requireImageView(panel.db, args.imageId)
  const { imageId, hostId, pool } = args
  const { operationId } = await panel.operations.start({
    kind: 'image.import',
    caller,
    idempotencyKey,
    request: args,
    args,
    target: { imageId, hostId, name },
    accept: (tx) => setImportingAgain(tx, { imageId, hostId, pool }),
  })
  return operationId
}

export interface IncomingImage {
  readonly name: string
  /** Bare name of a file in the host's incoming folder. */
  readonly fileName: string
  readonly hints: ImageHints
}

/** Registers a file once: where the same name was made from the same file, it answers that image and starts nothing. */
export async function registerIncomingImage(
  panel: ImportPanel,
  caller: Caller,
  { name, fileName, hints }: IncomingImage,
): Promise<{ imageId: string; operationId: string | null }> {
  const found = await findIncomingImage(panel.db, { name, fileName })
  if (found) return { imageId: found.id, operationId: null }
  const source: ImageSource = { kind: 'incoming', fileName, checksum: null }
  const request = { name, fileName }
  return startImport(panel, caller, {
    ...{ name, hints, source, idempotencyKey: undefined, request },
    place: { hostId: null, pool: defaultPoolName },
  })
}

/** Throws IMAGE_IN_USE with their names; the task looks again, in the transaction that marks the image. */
export async function deleteImage(
  panel: Panel,
  caller: Caller,
  input: { imageId: string; idempotencyKey?: string | undefined },
): Promise<{ operationId: string; name: string }> {
  const { idempotencyKey, ...request } = input
  const image = await requireImageView(panel.db, input.imageId)
  const asked = { kind: 'image.delete', caller, idempotencyKey, request } as const
  const repeated = await panel.operations.findRepeated(asked)
  if (repeated) return { operationId: repeated.operationId, name: image.name }
  if (image.state === 'importing' || image.state === 'deleting') {
    throw new AppError('IMAGE_NOT_READY', `The image "${image.name}" is ${image.state}.`)
  }
  await requireUnused(panel.db, image)
  const { operationId } = await panel.operations.start({
    ...asked,
    args: { imageId: image.imageId },
    target: { imageId: image.imageId, name: image.name },
  })
  return { operationId, name: image.name }
}

/** An address is shown and logged, so it is no place for a password. */
function refuseUrlWithPassword(url: string): void {
  const { username, password } = new URL(url)
  if (username === '' && password === '') return
  throw new AppError('URL_FORBIDDEN', 'The address holds a user name or a password, which would be shown to others.')
}
