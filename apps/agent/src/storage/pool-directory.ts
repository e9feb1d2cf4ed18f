/** The pools of this host by name: its own, and those that it shares. */
import { AppError } from '@berth/core/errors/app-error'
import type { Pool } from './pool.ts'
import type { SharedPools } from './shared-pools.ts'

export class PoolDirectory {
  readonly #own: Pool
  readonly #shared: SharedPools

  constructor(own: Pool, shared: SharedPools) {
    this.#own = own
    this.#shared = shared
  }

  /** Its own first. */
  all(): readonly Pool[] {
    return [this.#own, ...this.#shared.all()]
  }

  /** Those that were there when they were last looked at. */
  usable(): readonly Pool[] {
    return this.all().filter(({ problem }) => problem === null)
  }

  isShared(name: string): boolean {
    return this.#shared.all().some((pool) => pool.name === name)
  }

  /** Throws OBJECT_NOT_FOUND. */
  require(name: string): Pool {
    const pool = this.all().find((each) => each.name === name)
    if (pool === undefined) throw new AppError('OBJECT_NOT_FOUND', `This host has no pool "${name}".`)
    return pool
  }

  /** Looked at now. Throws OBJECT_NOT_FOUND, POOL_UNAVAILABLE. */
  async requireUsable(name: string): Promise<Pool> {
    const pool = this.require(name)
    await pool.requireUsable()
    return pool
  }
}
