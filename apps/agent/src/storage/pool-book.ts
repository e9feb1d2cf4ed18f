/** Which shared pools this host has, in `<dataDir>/pools.json`. Whole or absent; one that cannot be read stops the agent. */
import { join } from 'node:path'
import { AppError } from '@berth/core/errors/app-error'
import { hostIdSchema, poolIdSchema } from '@berth/core/ids/ids'
import { poolSourceSchema } from '@berth/core/storage/pool-source'
import { poolNameSchema } from '@berth/core/storage/volume'
import { z } from 'zod'
import { readFileIfAny, writeFileDurably } from './durable-files.ts'

const entrySchema = z.object({
  poolId: poolIdSchema,
  name: poolNameSchema,
  /** A directory that was there, or where the agent mounts the source: below its data, whatever that is called. */
  path: z.string().startsWith('/'),
  source: poolSourceSchema.optional(),
  /** Who this host is in the pool, as the panel said when it was attached. */
  hostId: hostIdSchema,
})
export type PoolEntry = z.infer<typeof entrySchema>
const bookSchema = z.object({ version: z.literal(1), pools: z.array(entrySchema) })

export class PoolBook {
  readonly #path: string

  constructor(dataDir: string) {
    this.#path = join(dataDir, 'pools.json')
  }

  /** Throws INTERNAL: machines whose pools are forgotten would look as if they had no disks. */
  async read(): Promise<readonly PoolEntry[]> {
    const text = await readFileIfAny(this.#path)
    if (text === undefined) return []
    try {
      return bookSchema.parse(JSON.parse(text)).pools
    } catch (error) {
      throw new AppError('INTERNAL', `${this.#path} cannot be read.`, { cause: error })
    }
  }

  async write(pools: readonly PoolEntry[]): Promise<void> {
    await writeFileDurably(this.#path, `${JSON.stringify({ version: 1, pools }, null, 1)}\n`, 0o600)
  }
}
