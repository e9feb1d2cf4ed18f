/**
 * What the panel tells a script, against its rows (I10). Rows are read before and after: of what changed meanwhile nothing
 * can be said, all the rest must be the same.
 */
import { z } from 'zod'
import { queryRows } from './panel-rows.ts'
import { violation, type Violation } from './violation.ts'

export interface PanelDoor {
  readonly url: string
  readonly token: string
}

const machineSaid = z.object({
  vmId: z.string(),
  state: z.string(),
  host: z.object({ hostId: z.string() }).nullable(),
  run: z.object({ pid: z.number() }).nullable(),
})
const operationSaid = z.object({ operationId: z.string(), status: z.string() })
const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ result: z.object({ data: z.object({ items: z.array(item), nextCursor: z.string().nullable() }) }) })

const machineRow = z.object({
  id: z.string(),
  lifecycle: z.string(),
  host_id: z.string().nullable(),
  host_state: z.string().nullable(),
  state: z.string().nullable(),
  pid: z.number().nullable(),
  version: z.string(),
})
const machinesSql = `
  SELECT vm.id, vm.lifecycle, vm.host_id, host.state AS host_state, seen.state,
         (seen.observed->'run'->>'pid')::int AS pid,
         concat_ws(' ', vm.revision, vm.owner_epoch, vm.host_id, vm.lifecycle, host.state, seen.epoch, seen.generation) AS version
  FROM vm LEFT JOIN host ON host.id = vm.host_id LEFT JOIN vm_observed seen ON seen.vm_id = vm.id
  WHERE vm.deleted_at IS NULL`

const operationRow = z.object({ id: z.string(), status: z.string() })
const operationsSql = 'SELECT id, status FROM operation'

export async function pictureViolations(dataDir: string, door: PanelDoor): Promise<Violation[]> {
  const before = await readRows(dataDir)
  const [machines, operations] = await Promise.all([
    tellAll(door, 'vm.list', machineSaid),
    tellAll(door, 'operation.list', operationSaid),
  ])
  const after = await readRows(dataDir)
  const steadyMachines = unchanged(before.machines, after.machines)
  const steadyOperations = unchanged(before.operations, after.operations)
  const saidMachines = new Map(machines.map((one) => [one.vmId, one]))
  const saidOperations = new Map(operations.map((one) => [one.operationId, one]))
  const isKnown = (rows: readonly { id: string }[], id: string): boolean => rows.some((row) => row.id === id)
  return [
    ...steadyMachines.flatMap((row) => machineViolations(row, saidMachines.get(row.id))),
    ...machines
      .filter(({ vmId }) => !isKnown(before.machines, vmId) && !isKnown(after.machines, vmId))
      .map(({ vmId, state }) =>
        violation('I10', `the panel says that ${vmId} is ${state}, and there is no such machine`),
      ),
    ...steadyOperations.flatMap(({ id, status }) => {
      const said = saidOperations.get(id)?.status
      return said === status
        ? []
        : [violation('I10', `the panel says that operation ${id} is ${said}, its row ${status}`)]
    }),
  ]
}

function machineViolations(
  row: z.infer<typeof machineRow>,
  said: z.infer<typeof machineSaid> | undefined,
): Violation[] {
  if (!said) return [violation('I10', `the panel does not know ${row.id}`)]
  const state = stateBy(row)
  const differs = (what: string, says: string | number | null, is: string | number | null): Violation[] =>
    says === is ? [] : [violation('I10', `the panel says that the ${what} of ${row.id} is ${says}, its row ${is}`)]
  return [
    ...differs('state', said.state, state),
    ...differs('host', said.host?.hostId ?? null, row.host_id),
    ...(state === 'unknown' ? [] : differs('process', said.run?.pid ?? null, row.pid)),
  ]
}

/** What has not been seen lately is unknown, never the last that was seen. */
function stateBy({ lifecycle, host_state, state }: z.infer<typeof machineRow>): string {
  if (lifecycle !== 'present') return lifecycle
  return host_state === 'online' && state !== null ? state : 'unknown'
}

async function readRows(dataDir: string) {
  const [machines, operations] = await Promise.all([
    queryRows(dataDir, machineRow, [machinesSql, []]),
    queryRows(dataDir, operationRow, [operationsSql, []]),
  ])
  return { machines, operations: operations.map((row) => ({ ...row, version: row.status })) }
}

function unchanged<T extends { id: string; version: string }>(before: readonly T[], after: readonly T[]): T[] {
  const then = new Map(before.map((row) => [row.id, row.version]))
  return after.filter((row) => then.get(row.id) === row.version)
}

async function tellAll<T extends z.ZodType>(door: PanelDoor, procedure: string, item: T): Promise<z.infer<T>[]> {
  const all: z.infer<T>[] = []
  for (let cursor: string | null = null; ;) {
    const input: string = encodeURIComponent(JSON.stringify({ limit: 100, ...(cursor === null ? {} : { cursor }) }))
    const response = await fetch(`${door.url}/api/trpc/${procedure}?input=${input}`, {
      headers: { authorization: `Bearer ${door.token}` },
      signal: AbortSignal.timeout(10_000),
    })
    if (!response.ok) throw new Error(`${procedure}: ${response.status}`)
    const page = pageOf(item).parse(await response.json()).result.data
    all.push(...page.items)
    if (page.nextCursor === null) return all
    cursor = page.nextCursor
  }
}
