/**
 * Space that is kept for a disk that runs full: a file of bytes that nobody needs, beside the one that has to be written even then.
 * Owner of its state: that file.
 */
import { open, rm } from 'node:fs/promises'
import { isOutOfSpace } from './durable-files.ts'

const sizeBytes = 256 * 1024

export class SpaceReserve {
  readonly #path: string
  #isThere = false

  constructor(path: string) {
    this.#path = path
  }

  /** Nothing where it is there already, or where there is no space for it now: then later. */
  async keep(): Promise<void> {
    if (this.#isThere) return
    try {
      await using file = await open(this.#path, 'w', 0o600)
      // Of other bytes than zero: file systems that save space would keep none.
      await file.writeFile(Buffer.alloc(sizeBytes, 0xb7))
      await file.datasync()
      this.#isThere = true
    } catch (error) {
      await rm(this.#path, { force: true })
      if (!isOutOfSpace(error)) throw error
    }
  }

  /** Whether that gave any space. */
  async use(): Promise<boolean> {
    const wasThere = this.#isThere
    this.#isThere = false
    await rm(this.#path, { force: true })
    return wasThere
  }
}
