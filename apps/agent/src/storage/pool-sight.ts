/**
 * Looks whether a shared pool is there, and how much room it has. A server that is away makes the kernel hold such a look for ever, and with it
 * one of the few threads that read files for the whole agent: so there is never more than one look at a pool, and who
 * waits for it does so for seconds.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { toAppError } from '@berth/core/errors/app-error'
import type { PoolId } from '@berth/core/ids/ids'
import { markerProblem } from './pool-marker.ts'
import { spaceOf, type Space } from './pool-space.ts'

export interface PoolSight {
  /** Why nothing can be done there, in words. */
  readonly problem: string | null
  readonly space: Space
}

const patienceMs = 4_000
export const noSpace: Space = { totalBytes: 0, freeBytes: 0 }

export class PoolWatch {
  readonly #root: string
  readonly #poolId: PoolId
  #looking: Promise<PoolSight> | undefined
  /** Somebody waited in vain for the look that still goes on: the next need not. */
  #isSilent = false

  constructor(root: string, poolId: PoolId) {
    this.#root = root
    this.#poolId = poolId
  }

  /** Never throws, and answers within seconds. */
  async look(): Promise<PoolSight> {
    if (this.#isSilent) return silent(this.#root)
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
      this.#isSilent = false
    })
    const inTime = new AbortController()
    const patience = wait(patienceMs, 'late', inTime).catch(() => 'in time')
    const sight = await Promise.race([this.#looking, patience])
    inTime.abort()
    if (typeof sight !== 'string') return sight
    this.#isSilent = true
    return silent(this.#root)
  }

  async #look(): Promise<PoolSight> {
    const problem = await markerProblem(this.#root, this.#poolId)
    if (problem !== null) return { problem, space: noSpace }
    try {
      return { problem, space: await spaceOf(this.#root) }
    } catch (error) {
      return { problem: toAppError(error).message, space: noSpace }
    }
  }
}

const silent = (root: string): PoolSight => ({
  problem: `${root} does not answer: the server of its file system may be away.`,
  space: noSpace,
})
