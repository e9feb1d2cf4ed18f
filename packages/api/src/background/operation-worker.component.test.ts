import { expect, it, vi } from 'vitest'
import { makeOperationWorld } from '../operation/testing/operation-world.ts'
import { startOperationWorker } from './operation-worker.ts'

it('takes new work after the end of one job was lost under others that still ran', async () => {
  await using world = await makeOperationWorld()
  const { db, host, operations, actor } = world
  await db.$executeRaw`CREATE SEQUENCE job_ends`
  await db.$executeRaw`
    CREATE FUNCTION lose_first_end() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF nextval('job_ends') = 1 THEN RAISE 'lost'; END IF; RETURN OLD; END $$`
  await db.$executeRaw`
    CREATE TRIGGER lose_first_end BEFORE DELETE ON graphile_worker._private_jobs
    FOR EACH ROW EXECUTE FUNCTION lose_first_end()`
  const vmIds = await Promise.all(['quick', 'slow-1', 'slow-2', 'slow-3', 'next'].map((name) => world.addVm({ name })))
  const [quick = '', slow1 = '', slow2 = '', slow3 = '', next = ''] = vmIds
  const gates = new Map([slow1, slow2, slow3].map((vmId) => [vmId, Promise.withResolvers<void>()]))
  host.onCommand = async (command) => {
    if ('vmId' in command) await gates.get(command.vmId)?.promise
  }
  const start = async (vmId: string): Promise<string> => {
    const target = { vmId, name: vmId }
    return (await operations.startAs({ kind: 'vm.start', args: { vmId }, target, actor, request: {} })).operationId
  }
  const statusIs = (operationId: string, status: string): Promise<void> =>
    vi.waitFor(async () => expect((await operations.get(operationId, null)).status).toBe(status), 20_000)
  const endsAre = (count: number): Promise<void> =>
    vi.waitFor(async () => {
      const rows = await db.$queryRaw`SELECT last_value::int AS ends FROM job_ends WHERE is_called`
      expect(rows).toEqual([{ ends: count }])
    }, 20_000)

  await using _worker = await startOperationWorker({ ...world, owner: 'panel-1' })
  const slowIds = await Promise.all([...gates.keys()].map(start))
  for (const id of slowIds) await statusIs(id, 'running')
  await statusIs(await start(quick), 'succeeded')
  await endsAre(1)
  // One after the other, each until its job is gone.
  for (const [index, gate] of [...gates.values()].entries()) {
    gate.resolve()
    await endsAre(index + 2)
  }
  await statusIs(await start(next), 'succeeded')
})
