/**
 * The list of machines, filtered, sorted and cut to a page in SQL. Pages are cut by the sort key of the last row, not by
 * counting, so that a page costs the same at the end of a large fleet as at its start, and rows that come or go meanwhile
 * neither repeat nor vanish.
 */
import { vmStateSchema, type VmState } from '@berth/core/vm/vm-state'
import { Prisma, type DatabaseClient } from '@berth/prisma/client'
import { decodeCursor, encodeCursor, type Page, type PageCut } from '../trpc/paging.ts'
import type { VmSort } from './vm-inputs.ts'
import { memorySql, stateSql, vcpusSql, vmWhere, type VmQuery } from './vm-where-repo.ts'

export interface VmListQuery extends VmQuery {
  readonly sort: VmSort
  readonly page: PageCut
}

const sortKeys = {
  name: Prisma.sql`vm.name`,
  createdAt: Prisma.sql`vm.id::text`,
  state: stateSql,
  host: Prisma.sql`COALESCE(host.name, '')`,
  vcpus: vcpusSql,
  memoryBytes: memorySql,
} as const satisfies Record<VmSort['by'], Prisma.Sql>

const joined = Prisma.sql`vm
  LEFT JOIN host ON host.id = vm.host_id
  LEFT JOIN vm_observed observed ON observed.vm_id = vm.id`

/** One page of ids, in order. */
export async function listVmIds(db: DatabaseClient, query: VmListQuery): Promise<Page<string>> {
  const { limit } = query.page
  const rows = await db.$queryRaw<{ id: string; key: string }[]>(vmPageSql(query))
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  return { items: page.map((row) => row.id), nextCursor: last ? encodeCursor([last.key, last.id]) : null }
}

/** The page's statement; apart, so that a test may ask the database for its plan. */
export function vmPageSql(query: VmListQuery): Prisma.Sql {
  const { cursor, limit } = query.page
  const key = Prisma.sql`(${sortKeys[query.sort.by]}) COLLATE "C"`
  const isDescending = query.sort.direction === 'desc'
  const conditions = [vmWhere(query)]
  if (cursor !== undefined) {
    const [value, id] = decodeCursor(cursor)
    const after = isDescending ? Prisma.sql`<` : Prisma.sql`>`
    conditions.push(Prisma.sql`(${key}, vm.id) ${after} (${value}, ${id}::uuid)`)
  }
  const direction = isDescending ? Prisma.sql`DESC` : Prisma.sql`ASC`
  return Prisma.sql`
    SELECT vm.id, ${key} AS key
    FROM ${joined}
    WHERE ${Prisma.join(conditions, ' AND ')}
    ORDER BY key ${direction}, vm.id ${direction}
    LIMIT ${limit + 1}`
}

export interface VmCounts {
  readonly total: number
  /** Only states that some machine is in. */
  readonly states: Partial<Record<VmState, number>>
}

/** How many machines a filter leaves, by state: one statement, which reads each machine once. */
export async function countVms(db: DatabaseClient, query: VmQuery): Promise<VmCounts> {
  const rows = await db.$queryRaw<{ state: string; count: number }[]>`
    SELECT ${stateSql} AS state, count(*)::int AS count FROM ${joined} WHERE ${vmWhere(query)} GROUP BY 1`
  const states: Partial<Record<VmState, number>> = {}
  for (const { state, count } of rows) states[vmStateSchema.parse(state)] = count
  return { total: rows.reduce((sum, { count }) => sum + count, 0), states }
}
