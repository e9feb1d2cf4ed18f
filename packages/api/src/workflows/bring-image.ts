/**
 * Brings images to a host that does not have them, as a step of the operation that needs them: from another of its pools, or
 * from another host (docs/decisions/0024). Nothing is done for one that is there by now.
 */
import { agentResultSchemas } from '@berth/core/agent-contract/agent-commands'
import type { OfferedImage } from '@berth/core/agent-contract/image-commands'
import { AppError } from '@berth/core/errors/app-error'
import { hostIdSchema } from '@berth/core/ids/ids'
import type { BroughtImage } from '@berth/core/migration/disk-plan'
import type { StepRun } from '@berth/core/workflow/step'
import type { ImageSender } from '../image/image-place-repo.ts'
import type { ImageWhereabouts, WorkflowContext } from './ports.ts'
import { runOnHost } from './run-on-host.ts'

/** A large image over a slow link takes hours; each try takes another host that has it, where there is one. */
export const imageStepLimits = { timeoutMs: 6 * 3_600_000, maxAttempts: 6, backoffMs: 1_000 } as const

interface ToHost {
  readonly hostId: string
  readonly images: readonly BroughtImage[]
}

/** Throws IMAGE_NOT_FOUND, IMAGE_NOT_READY where nobody can send it now, and as the agents say: POOL_FULL among others. */
export async function bringImages(context: WorkflowContext, { hostId, images }: ToHost, run: StepRun): Promise<void> {
  for (const [index, image] of images.entries()) {
    const where = await context.images.whereabouts(image.imageId)
    const isHere = (place: { hostId: string; pool: string }): boolean =>
      place.hostId === hostId && place.pool === image.pool
    if (where.leaving.some(isHere))
      throw new AppError('IMAGE_NOT_READY', `The unused copy of "${where.name}" there is just being forgotten.`)
    if (where.places.some(isHere)) continue
    const isOnHost = where.places.some((place) => place.hostId === hostId)
    if (isOnHost) await copy(context, { hostId, image, part: `${index}` }, run)
    else await fetch(context, { hostId, image, part: `${index}`, where }, run)
    await context.images.setReplica(image.imageId, { hostId, pool: image.pool, state: 'ready' })
  }
}

interface OneImage {
  readonly hostId: string
  readonly image: BroughtImage
  /** Of the step's key: several images are several commands. */
  readonly part: string
}

async function copy(context: WorkflowContext, { hostId, image, part }: OneImage, run: StepRun): Promise<void> {
  await runOnHost(context.link(hostId), { run, command: { kind: 'image.copy', ...image }, part })
}

async function fetch(
  context: WorkflowContext,
  { hostId, image, part, where }: OneImage & { readonly where: ImageWhereabouts },
  run: StepRun,
): Promise<void> {
  const sender = senderOf(context, where, { hostId, attempt: run.attempt })
  const { token, tokenHash } = context.moves.imageTokenOf(run.operationId)
  const { imageId } = image
  const toHostId = hostIdSchema.parse(hostId)
  const offer = { kind: 'image.offer', imageId, toHostId, tokenHash } as const
  const offering = { run, command: offer, part: `${part}/offer/${sender.hostId}` }
  const offered = agentResultSchemas['image.offer'].parse(await runOnHost(context.link(sender.hostId), offering))
  requireSame(where, offered, sender)
  const { address, port } = sender
  const from = { hostId: hostIdSchema.parse(sender.hostId), address, port }
  const command = { kind: 'image.fetch', ...image, from, token, image: offered } as const
  await runOnHost(context.link(hostId), { run, command, part: `${part}/fetch/${sender.hostId}` })
}

function senderOf(
  context: WorkflowContext,
  { name, senders }: ImageWhereabouts,
  { hostId, attempt }: { readonly hostId: string; readonly attempt: number },
): ImageSender {
  const able = senders.filter((each) => each.hostId !== hostId && context.link(each.hostId).isOnline)
  const sender = able[(attempt - 1) % Math.max(1, able.length)]
  if (sender !== undefined) return sender
  throw new AppError('IMAGE_NOT_READY', `No host that has "${name}" is online and can send it to another.`)
}

/** What was imported under that name, whatever its file has become since. */
function requireSame({ name, sha256 }: ImageWhereabouts, offered: OfferedImage, sender: ImageSender): void {
  if (sha256 === offered.sha256) return
  throw new AppError('IMAGE_CHECKSUM_MISMATCH', `${sender.name} has another image under the name of "${name}".`, {
    details: { expected: sha256, actual: offered.sha256 },
  })
}
