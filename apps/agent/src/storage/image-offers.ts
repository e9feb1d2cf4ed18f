/**
 * Images that the panel lets another host read from this one. An offer is for one image, one host and one token, and ends an
 * hour after it was last used. Kept in memory: after a restart of the agent the panel offers anew.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { AgentCommandOf } from '@berth/core/agent-contract/agent-commands'
import { imageFileQuerySchema, type OfferedImage } from '@berth/core/agent-contract/image-commands'
import { AppError, errorToWire, toAppError } from '@berth/core/errors/app-error'
import type { HostId, ImageId } from '@berth/core/ids/ids'
import type { Peer } from '../http/peer.ts'
import type { HostImages } from './host-images.ts'
import type { ImportRun } from './image-store.ts'

interface Offer {
  readonly imageId: ImageId
  readonly toHostId: HostId
  readonly path: string
  untilMs: number
}

const lifeMs = 3_600_000
const chunkBytes = 1 << 20

export class ImageOffers {
  readonly #images: HostImages
  /** By the hash of the token; what is looked up by a hash of what was shown needs no comparison in constant time. */
  readonly #offers = new Map<string, Offer>()

  constructor(images: HostImages) {
    this.#images = images
  }

  /** Throws IMAGE_NOT_FOUND, OPERATION_CANCELLED. */
  async offer({ imageId, toHostId, tokenHash }: AgentCommandOf<'image.offer'>, run: ImportRun): Promise<OfferedImage> {
    const { image, path } = await this.#images.offered(imageId, run)
    for (const [key, { untilMs }] of this.#offers) if (untilMs < Date.now()) this.#offers.delete(key)
    this.#offers.set(keyOf(tokenHash, imageId), { imageId, toHostId, path, untilMs: Date.now() + lifeMs })
    return image
  }

  /** Never rejects: what is wrong is answered, or breaks the answer off. */
  async send(peer: Peer, request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { offer, from } = this.#find(peer, request)
      const { size } = await stat(offer.path)
      if (from > size) throw new AppError('INPUT_INVALID', `The file has ${size} bytes, ${from} were to be skipped.`)
      response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': size - from })
      await pipeline(createReadStream(offer.path, { start: from, highWaterMark: chunkBytes }), response)
      offer.untilMs = Date.now() + lifeMs
    } catch (error) {
      if (response.headersSent) return void response.destroy()
      response.writeHead(403, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: errorToWire(toAppError(error)) }))
    }
  }

  #find(peer: Peer, { url, headers }: IncomingMessage): { offer: Offer; from: number } {
    const asked = imageFileQuerySchema.safeParse(Object.fromEntries(new URLSearchParams(url?.split('?')[1])))
    if (!asked.success) throw new AppError('INPUT_INVALID', 'Name an image and from where on it is to be read.')
    const { imageId, from } = asked.data
    const shown = /^Bearer ([0-9a-f]{64})$/.exec(headers.authorization ?? '')?.[1] ?? ''
    const offer = this.#offers.get(keyOf(createHash('sha256').update(shown).digest('hex'), imageId))
    const isTheirs = peer.kind === 'host' && offer?.toHostId === peer.hostId
    if (offer !== undefined && isTheirs && offer.untilMs >= Date.now()) return { offer, from }
    throw new AppError('PERMISSION_DENIED', 'This host has not been told that you may read that image.')
  }
}

const keyOf = (tokenHash: string, imageId: ImageId): string => `${tokenHash} ${imageId}`
