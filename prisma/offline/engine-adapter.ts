/**
 * Gives the schema engine a PostgreSQL through @prisma/adapter-pg, around four faults of that adapter (7.10.0), which is
 * made for queries and not for migrations:
 * - it cannot name the catalog's "char" type (oid 18), so that introspection fails;
 * - executeScript splits at every semicolon, also inside function bodies and literals;
 * - given a URL, connectToShadowDb opens the real database instead of the scratch one;
 * - a pool of several connections loses the session's state (advisory lock, search_path).
 */
import { PrismaPg } from '@prisma/adapter-pg'
import {
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQuery,
} from '@prisma/driver-adapter-utils'
import pg from 'pg'
import { createScratchDatabase } from './scratch-database.ts'

const charOid = 18
const bpcharOid = 1042

export interface EngineDatabase {
  url: string
  /** Configured by the user where the role may not create databases. Everything in it is dropped. */
  shadowUrl: string | undefined
}

export function createAdapterFactory({ url, shadowUrl }: EngineDatabase): SqlMigrationAwareDriverAdapterFactory {
  return {
    provider: 'postgres',
    adapterName: '@berth/prisma',
    connect: () => connect(url),
    connectToShadowDb: () => (shadowUrl === undefined ? connectToScratch(url) : connectToEmptied(shadowUrl)),
  }
}

async function connect(url: string): Promise<SqlDriverAdapter> {
  const schema = new URL(url).searchParams.get('schema') ?? undefined
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  const charColumns = renameCharColumns(pool)
  const options = schema === undefined ? {} : { schema }
  const adapter = await new PrismaPg(pool, { ...options, disposeExternalPool: true }).connect()

  const queryRaw = adapter.queryRaw.bind(adapter)
  adapter.queryRaw = async (query: SqlQuery) => {
    const result = await queryRaw(query)
    const isChar = charColumns.get(result.rows)
    if (!isChar) return result
    return {
      ...result,
      columnTypes: result.columnTypes.map((type, i) => (isChar[i] ? ColumnTypeEnum.Character : type)),
    }
  }
  adapter.executeScript = async (sql: string) => {
    // Without arguments the driver sends the text as one simple query, of any number of statements.
    await adapter.executeRaw({ sql, args: [], argTypes: [] })
  }
  return adapter
}

/**
 * Makes the pool's answers name "char" columns as text, and remembers which they were: by the array of rows, which the
 * adapter passes through as it is.
 */
function renameCharColumns(pool: pg.Pool): WeakMap<object, readonly boolean[]> {
  const charColumns = new WeakMap<object, readonly boolean[]>()
  const query = pool.query.bind(pool)
  const queryAndRename = async (config: pg.QueryArrayConfig): Promise<pg.QueryArrayResult> => {
    const result = await query(config)
    // A script of several statements answers with an array of results, which nobody reads.
    const fields = Array.isArray(result) ? [] : result.fields
    const isChar = fields.map((field) => field.dataTypeID === charOid)
    if (!isChar.includes(true)) return result
    charColumns.set(result.rows, isChar)
    for (const field of fields) if (field.dataTypeID === charOid) field.dataTypeID = bpcharOid
    return result
  }
  Object.assign(pool, { query: queryAndRename })
  return charColumns
}

async function connectToScratch(url: string): Promise<SqlDriverAdapter> {
  const scratch = await createScratchDatabase(url)
  const adapter = await connect(scratch.url)
  const dispose = adapter.dispose.bind(adapter)
  adapter.dispose = async () => {
    await dispose()
    await scratch[Symbol.asyncDispose]()
  }
  return adapter
}

async function connectToEmptied(url: string): Promise<SqlDriverAdapter> {
  const adapter = await connect(url)
  await adapter.executeScript('DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public')
  return adapter
}
