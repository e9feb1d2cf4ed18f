/**
 * The list of machines, filtered, sorted and cut to a page in SQL. Pages are cut by the sort key of the last row, not by
 * counting, so that a page costs the same at the end of a large fleet as at its start, and rows that come or go meanwhile
 * neither repeat nor vanish.
 */
import { Prisma, type DatabaseClient } from '@berth/prisma/client'
import { decodeCursor, encodeCursor, likePattern, type Page, type PageCut } from '../trpc/paging.ts'
import type { VmSort } from './vm-inputs.ts'

export interface VmListQuery {
  readonly ownerId: string | null
  readonly text: string | undefined
  readonly state: readonly string[] | undefined
  readonly hostId: string | undefined
  readonly imageId: string | undefined
  readonly tag: string | undefined
  readonly sort: VmSort
  readonly page: PageCut
}

/** What the view calls `state`, in SQL: the same rule as vm-view-of.ts, and a test holds them together. */
const stateSql = Prisma.sql`CASE
  WHEN vm.lifecycle IN ('creating', 'deleting') THEN vm.lifecycle
  WHEN host.state IS DISTINCT FROM 'online' OR observed.state IS NULL THEN 'unknown'
  ELSE observed.state END`

const sortKeys = {
  name: Prisma.sql`vm.name`,
  createdAt: Prisma.sql`vm.id::text`,
  state: stateSql,
  host: Prisma.sql`COALESCE(host.name, '')`,
  vcpus: Prisma.sql`lpad(vm.spec->>'vcpus', 16, '0')`,
  memoryBytes: Prisma.sql`lpad(vm.spec->>'memoryBytes', 16, '0')`,
} as const satisfies Record<VmSort['by'], Prisma.Sql>

/** One page of ids, in order. */
export async function listVmIds(db: DatabaseClient, query: VmListQuery): Promise<Page<string>> {
  const { cursor, limit } = query.page
  const key = Prisma.sql`(${sortKeys[query.sort.by]}) COLLATE "C"`
  const isDescending = query.sort.direction === 'desc'
  const conditions = conditionsOf(query)
  if (cursor !== undefined) {
    const [value, id] = decodeCursor(cursor)
    const after = isDescending ? Prisma.sql`<` : Prisma.sql`>`
    conditions.push(Prisma.sql`(${key}, vm.id) ${after} (${value}, ${id}::uuid)`)
  }
  const direction = isDescending ? Prisma.sql`DESC` : Prisma.sql`ASC`
  const rows = await db.$queryRaw<{ id: string; key: string }[]>`
    SELECT vm.id, ${key} AS key
    FROM vm
    LEFT JOIN host ON host.id = vm.host_id
    LEFT JOIN vm_observed observed ON observed.vm_id = vm.id
    WHERE ${Prisma.join(conditions, ' AND ')}
    ORDER BY key ${direction}, vm.id ${direction}
    LIMIT ${limit + 1}`
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  return { items: page.map((row) => row.id), nextCursor: last ? encodeCursor([last.key, last.id]) : null }
}

function conditionsOf(query: VmListQuery): Prisma.Sql[] {
  const conditions = [Prisma.sql`vm.deleted_at IS NULL`]
  if (query.ownerId !== null) conditions.push(Prisma.sql`vm.owner_id = ${query.ownerId}::uuid`)
  if (query.hostId !== undefined) conditions.push(Prisma.sql`vm.host_id = ${query.hostId}::uuid`)
  if (query.imageId !== undefined) conditions.push(Prisma.sql`vm.image_id = ${query.imageId}::uuid`)
  if (query.tag !== undefined) conditions.push(Prisma.sql`vm.tags @> ARRAY[${query.tag}]::text[]`)
  if (query.state !== undefined) conditions.push(stateCondition(query.state))
  if (query.text !== undefined) conditions.push(textCondition(query.text))
  return conditions
}

/** The same rule as `stateSql`, in parts of which PostgreSQL knows how many rows they leave, so that it reads no more. */
function stateCondition(states: readonly string[]): Prisma.Sql {
  const held = states.filter((state) => !['creating', 'deleting', 'unknown'].includes(state))
  const isHeld = Prisma.sql`vm.lifecycle = 'present' AND host.state = 'online' AND observed.state = ANY(${held}::text[])`
  const isUnknown = Prisma.sql`vm.lifecycle = 'present' AND (host.state IS DISTINCT FROM 'online' OR observed.state IS NULL)`
  const changing = states.filter((state) => state === 'creating' || state === 'deleting')
  const parts: Prisma.Sql[] = []
  if (held.length > 0) parts.push(Prisma.sql`(${isHeld})`)
  if (changing.length > 0) parts.push(Prisma.sql`vm.lifecycle = ANY(${changing}::text[])`)
  if (states.includes('unknown')) parts.push(Prisma.sql`(${isUnknown})`)
  return Prisma.sql`(${Prisma.join(parts, ' OR ')})`
}

/** Of an IP or MAC address. With a digit, so that it cannot be part of the JSON's own words around them. */
const addressPart = /^[0-9a-f.:]*[0-9][0-9a-f.:]*$/i

/**
 * What people type to find a machine: its name, description, a tag, its host, or an address it has. Each row is looked at,
 * so it is one comparison for all text of the row, hosts are compared once each, and the addresses (which lie in JSON) only
 * when the text could be a part of one: at 10,000 machines that is a third of the time.
 */
function textCondition(text: string): Prisma.Sql {
  const pattern = likePattern(text)
  const words = Prisma.sql`concat_ws(E'\n', vm.name, vm.description, array_to_string(vm.tags, E'\n')) ILIKE ${pattern}`
  const onHost = Prisma.sql`vm.host_id IN (SELECT named.id FROM host named WHERE named.name ILIKE ${pattern})`
  if (!addressPart.test(text)) return Prisma.sql`(${words} OR ${onHost})`
  const addresses = Prisma.sql`(observed.observed->'addresses')::text LIKE ${pattern.toLowerCase()}`
  return Prisma.sql`(${words} OR ${onHost} OR ${addresses})`
}
