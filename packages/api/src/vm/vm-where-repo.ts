/**
 * What a filter of the machine list says, as SQL over the aliases vm, host and observed. It is the rule of core's
 * fitsVmFilter (a test holds the two together), written so that PostgreSQL reads little: sizes by their indexes, text in
 * the narrow table vm_search and among the few hosts, images and users, never in the machines' wide rows.
 */
import type { FilterTerm, NumberTerm, VmFilter, WordTerm } from '@berth/core/vm/vm-filter'
import { widens } from '@berth/core/vm/vm-filter-match'
import { Prisma } from '@berth/prisma/client'
import { likePattern } from '../trpc/paging.ts'

export interface VmQuery {
  readonly ownerId: string | null
  readonly filter: VmFilter
  readonly hostId: string | undefined
  readonly imageId: string | undefined
}

/** What the view calls `state`, in SQL: the same rule as vm-view-of.ts, and a test holds them together. */
export const stateSql = Prisma.sql`CASE
  WHEN vm.lifecycle IN ('creating', 'deleting') THEN vm.lifecycle
  WHEN host.state IS DISTINCT FROM 'online' OR observed.state IS NULL THEN 'unknown'
  ELSE observed.state END`

/** Sizes as text of one length, which sorts like the numbers. Letter by letter the expressions of their indexes. */
export const vcpusSql = Prisma.sql`lpad(vm.spec->>'vcpus', 16, '0')`
export const memorySql = Prisma.sql`lpad(vm.spec->>'memoryBytes', 16, '0')`

/** Without the keyword WHERE; always has something to say. */
export function vmWhere({ ownerId, filter, hostId, imageId }: VmQuery): Prisma.Sql {
  const conditions = [Prisma.sql`vm.deleted_at IS NULL`]
  if (ownerId !== null) conditions.push(Prisma.sql`vm.owner_id = ${ownerId}::uuid`)
  if (hostId !== undefined) conditions.push(Prisma.sql`vm.host_id = ${hostId}::uuid`)
  if (imageId !== undefined) conditions.push(Prisma.sql`vm.image_id = ${imageId}::uuid`)
  conditions.push(...filter.words.map(wordCondition))
  const wanted = filter.terms.filter((term) => !term.isNot)
  wanted.forEach((term, index) => {
    const alike = wanted.filter((other) => other === term || widens(other, term))
    // Terms that widen each other are one condition, where the first of them stands.
    if (wanted.findIndex((other) => alike.includes(other)) === index) conditions.push(anyOf(alike))
  })
  for (const term of filter.terms) {
    if (term.isNot) conditions.push(Prisma.sql`(${anyOf([term])}) IS NOT TRUE`)
  }
  return Prisma.join(conditions, ' AND ')
}

/**
 * What people type to find a machine: its name, description, a tag, an address, its host. The two are sets that are made
 * once; OR keeps the planner from turning them into joins, whose price it guesses wrongly for text.
 */
function wordCondition(word: string): Prisma.Sql {
  const pattern = likePattern(word)
  return Prisma.sql`(vm.id IN (SELECT found.vm_id FROM vm_search found WHERE found.words LIKE lower(${pattern}))
    OR vm.host_id IN (SELECT named.id FROM host named WHERE lower(named.name) LIKE lower(${pattern})))`
}

/** Of one kind, all of them words or one number. */
function anyOf(terms: readonly FilterTerm[]): Prisma.Sql {
  const [first] = terms
  if (first === undefined) return Prisma.sql`true`
  if (first.kind === 'number') return numberCondition(first)
  const values = terms.flatMap((term) => (term.kind === 'word' ? [term.value] : []))
  return termCondition(first.key, values)
}

function termCondition(key: WordTerm['key'], values: readonly string[]): Prisma.Sql {
  const like = Prisma.sql`LIKE ANY(${values.map(globPattern)}::text[])`
  switch (key) {
    case 'state':
      return stateCondition(values)
    case 'needs':
      return needsAttention
    case 'host':
      return Prisma.sql`vm.host_id IN (SELECT named.id FROM host named WHERE lower(named.name) ${like})`
    case 'image':
      return Prisma.sql`vm.image_id IN (SELECT named.id FROM image named WHERE lower(named.name) ${like})`
    case 'owner':
      return Prisma.sql`vm.owner_id IN (SELECT named.id FROM "user" named WHERE lower(named.name) ${like})`
    case 'name':
      return Prisma.sql`lower(vm.name) ${like}`
    case 'tag':
      return Prisma.sql`EXISTS (SELECT 1 FROM unnest(vm.tags) tag WHERE lower(tag) ${like})`
    case 'ip':
      return addressCondition(values, like)
  }
}

/**
 * Lines are taken apart only where the pattern is somewhere in them. IS TRUE makes a set of it that is made once: as a join
 * it was asked machine by machine, at 10,000 of them 0.1 s.
 */
function addressCondition(values: readonly string[], like: Prisma.Sql): Prisma.Sql {
  const anywhere = values.map((value) => `%${globPattern(value)}%`)
  return Prisma.sql`(vm.id IN (SELECT found.vm_id FROM vm_search found
    WHERE found.kind = 'seen' AND found.words LIKE ANY(${anywhere}::text[])
      AND EXISTS (SELECT 1 FROM string_to_table(found.words, E'\n') line WHERE line ${like}))) IS TRUE`
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

/** core's vmTroubleOf, machine by machine the same; the aliases are those of the list. */
const needsAttention = Prisma.sql`(vm.lifecycle = 'present' AND (
  host.state IS DISTINCT FROM 'online' OR observed.state IS NULL OR observed.state IN ('crashed', 'unknown')
  OR observed.observed->>'silentSince' IS NOT NULL
  OR (observed.state = 'paused' AND coalesce(observed.observed->>'pauseReason', 'user') <> 'user')
  OR (NOT EXISTS (SELECT 1 FROM operation WHERE operation.vm_id = vm.id AND operation.status IN ('queued', 'running', 'cancelling'))
    AND CASE vm.spec->>'desiredPower'
      WHEN 'on' THEN observed.state = 'stopped'
        AND coalesce(observed.observed->'lastExit'->>'reason', '') <> 'guest-shutdown'
      ELSE observed.state IN ('running', 'paused') END)))`

const signs: Readonly<Record<NumberTerm['comparison'], Prisma.Sql>> = {
  '>': Prisma.sql`>`,
  '>=': Prisma.sql`>=`,
  '<': Prisma.sql`<`,
  '<=': Prisma.sql`<=`,
  '=': Prisma.sql`=`,
}

function numberCondition({ key, comparison, value }: NumberTerm): Prisma.Sql {
  const sign = signs[comparison]
  if (key === 'disk') return Prisma.sql`vm_disk_bytes(vm.spec) ${sign} ${value}::bigint`
  const column = key === 'vcpu' ? vcpusSql : memorySql
  return Prisma.sql`(${column}) COLLATE "C" ${sign} ${String(value).padStart(16, '0')}`
}

/** For LIKE: `*` is anything, its own wildcards are taken literally. In any case, as JavaScript and SQL both lower it. */
const globPattern = (value: string): string =>
  value
    .toLowerCase()
    .replace(/[\\%_]/g, (found) => `\\${found}`)
    .replaceAll('*', '%')
