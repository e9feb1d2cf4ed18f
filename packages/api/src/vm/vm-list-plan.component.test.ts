/** How much of the database a page of the list reads at 10,000 machines: counted, as times say little on a busy machine. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { Prisma } from '@berth/prisma/client'
import { addFleet } from '../testing/many-vms-repo.ts'
import { openTestPanel, type TestPanel } from '../testing/open-test-panel.ts'
import { vmListInput } from './vm-inputs.ts'
import { vmPageSql } from './vm-list-repo.ts'
import { vmQueryOf } from './vm-query.ts'

let world: TestPanel
beforeAll(async () => {
  world = await openTestPanel()
  await addFleet(world.process.panel.db, { vmCount: 10_000, hostCount: 100, ownerId: world.ada.userId })
})
afterAll(() => world[Symbol.asyncDispose]())

const db = () => world.process.panel.db

interface PlanNode {
  table?: string | undefined
  rows: number
  children: PlanNode[]
}
const nodeSchema: z.ZodType<PlanNode> = z.lazy(() =>
  z
    .object({
      'Relation Name': z.string().optional(),
      'Actual Rows': z.number(),
      'Actual Loops': z.number(),
      'Rows Removed by Filter': z.number().default(0),
      'Rows Removed by Index Recheck': z.number().default(0),
      Plans: z.array(nodeSchema).default([]),
    })
    .transform((node) => ({
      table: node['Relation Name'],
      rows:
        (node['Actual Rows'] + node['Rows Removed by Filter'] + node['Rows Removed by Index Recheck']) *
        node['Actual Loops'],
      children: node.Plans,
    })),
)
const planSchema = z.tuple([z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: nodeSchema })]) })])

/** Rows read of each table for one page, whatever became of them. */
async function rowsRead(input: z.input<typeof vmListInput>): Promise<Record<string, number>> {
  const { filter, sort, limit, cursor } = vmListInput.parse(input)
  const page = { limit, cursor: cursor ?? undefined }
  const statement = vmPageSql({ ...vmQueryOf(world.admin, filter), sort, page })
  const [row] = planSchema.parse(await db().$queryRaw(Prisma.sql`EXPLAIN (ANALYZE, FORMAT JSON) ${statement}`))
  const read: Record<string, number> = {}
  const count = ({ table, rows, children }: PlanNode): void => {
    if (table !== undefined) read[table] = (read[table] ?? 0) + rows
    children.forEach(count)
  }
  count(row['QUERY PLAN'][0].Plan)
  return read
}

const page = 51
const aFewPages = 2_000

test.each(['name', 'createdAt', 'vcpus', 'memoryBytes'] as const)('by %s it reads its own rows', async (by) => {
  expect(await rowsRead({ sort: { by } })).toEqual({ vm: page })
  expect(await rowsRead({ sort: { by, direction: 'desc' } })).toEqual({ vm: page })
})

test('a page far down reads no more than the first', async () => {
  let cursor: string | null = null
  for (let at = 0; at < 5; at++) {
    cursor = (await world.as(world.admin).vm.list({ limit: 200, cursor })).nextCursor
  }
  expect(await rowsRead({ cursor })).toEqual({ vm: page })
})

test.each(['web', '04711', '10.20.3.4', 'zzz', 'x', 'team-3 prod'])(
  'text (%s) is looked for in the narrow table, never in what was observed',
  async (query) => {
    const read = await rowsRead({ filter: { query } })
    const words = query.split(' ').length
    expect(read['vm_observed'] ?? 0).toBe(0)
    expect(read['vm_search']).toBeLessThanOrEqual(20_000 * words)
    expect(read['vm']).toBeLessThanOrEqual(10_000)
  },
)

test.each(['web', 'fleet-01', 'prod', '10.'])('common text (%s) is found within the first rows', async (query) => {
  expect((await rowsRead({ filter: { query } }))['vm']).toBeLessThanOrEqual(aFewPages)
})

test.each(['mem>15G', 'vcpu>=8', 'disk>499G', 'disk<=2G vcpu=2'])('%s reads what it needs', async (query) => {
  expect((await rowsRead({ filter: { query } }))['vm']).toBeLessThanOrEqual(aFewPages)
})

test('all of them are counted in one statement, and only those that the caller sees', async () => {
  expect(await world.as(world.admin).vm.counts()).toEqual({ total: 10_000, states: { running: 6_000, stopped: 4_000 } })
  const filter = { query: 'state:running mem>=15G' }
  expect(await world.as(world.ada).vm.counts({ filter })).toEqual({ total: 750, states: { running: 750 } })
  expect(await world.as(world.bob).vm.counts()).toEqual({ total: 0, states: {} })
})
