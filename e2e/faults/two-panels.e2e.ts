/**
 * Two panels on one database. The one that works is killed, or stands still for longer than its lease, with a start, a
 * create and a delete on their way to an agent. The other ends them, and nothing happens twice: not at the host, which may
 * have had the commands already, and not when the first one wakes up.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { expect, test } from '../support/berth-test.ts'
import { openFarPanel } from '../support/far-panel.ts'
import { doneSchema, PanelClient } from '../support/panel-client.ts'
import { waitUntilReady } from '../support/panel-ready.ts'
import { TestMachines } from '../support/test-machines.ts'
import { freeze } from './host-processes.ts'
import { ensureIdleImage, idleImage } from './idle-image.ts'
import { findSupervisor, findVictim, waitForSuccessor, watchStep } from './kill-points.ts'
import { queryRows } from '../checker/panel-rows.ts'

/** A promise of Berth: within 30 s the panel's picture is true again. */
const trueAgainMs = 30_000

const workRow = z.object({
  id: z.string(),
  status: z.string(),
  epoch: z.number(),
  lease_owner: z.string().nullable(),
  /** "step attempt event epoch", in their order. */
  journal: z.array(z.string()),
})
const workSql = `
  SELECT id, status, epoch, lease_owner,
         ARRAY(SELECT concat_ws(' ', step, attempt, event, epoch) FROM operation_event WHERE operation_id = operation.id
               ORDER BY sequence) AS journal
  FROM operation WHERE id = ANY($1::uuid[]) ORDER BY id`

const readWork = (dataDir: string, ids: readonly string[]) => queryRows(dataDir, workRow, [workSql, [ids]])

for (const [fate, signal] of [
  ['is killed', 'SIGKILL'],
  ['stands still', 'SIGSTOP'],
] as const) {
  test(`of two panels the one that works ${fate}: the other ends its tasks, once`, async ({
    machines,
    host,
    berth,
  }) => {
    const { dataDir } = berth
    await ensureIdleImage(machines)
    const bystander = await host.qemuOf(await machines.keep('bystander'))
    const nameOf = (verb: string): string => `two-panels-${signal.toLowerCase()}-${verb}`
    const startedId = await machines.create({ name: nameOf('start'), image: idleImage, start: false })
    const deletedId = await machines.create({ name: nameOf('delete'), image: idleImage })

    // Else the killed one's successor, and not the other panel, could be the one that goes on.
    using supervisor = freeze(await findSupervisor(dataDir))
    const near = await findVictim(dataDir, 'panel')
    const { pid: agentPid } = await findVictim(dataDir, 'agent')
    const watch = await watchStep(dataDir, { targetName: nameOf('start'), kind: 'vm.start', step: 'start' })
    const start = machines.panel.mutate('vm.start', { vmId: startedId }, doneSchema)
    await watch.reached
    using agent = freeze(agentPid)
    const create = await machines.ask({ name: nameOf('create'), image: idleImage })
    const remove = await machines.panel.mutate('vm.delete', { vmId: deletedId }, doneSchema)
    const ids = [(await start).operationId, create.operationId, remove.operationId]
    const steps = async (): Promise<string[]> =>
      (await readWork(dataDir, ids)).map(
        ({ journal, lease_owner }) => `${lease_owner?.split(':')[1]} ${journal.at(-1)}`,
      )
    const underWay = ['start', 'volumes', 'stop'].map((step) => `${near.pid} ${step} 1 doStarted 1`)
    await expect.poll(steps, { message: 'all are at their host, held by the first panel' }).toEqual(underWay)

    await using far = await openFarPanel(dataDir)
    const other = new TestMachines(new PanelClient(far.url, { authorization: `Bearer ${berth.token}` }))
    using asleep = freeze(near.pid)
    if (signal === 'SIGKILL') process.kill(near.pid, signal)
    agent[Symbol.dispose]()
    for (const id of ids) await other.succeeded(id, trueAgainMs)

    const ended = await readWork(dataDir, ids)
    for (const { journal, epoch } of ended) {
      expect(epoch, 'taken over once').toBe(2)
      expect(
        journal.filter((entry) => !/ (1 (doStarted|doSucceeded) [012]|0 skipped [12])$/.test(entry)),
        'no second try',
      ).toEqual([])
    }
    const problems = (): Promise<string[]> => host.problems().catch((error: unknown) => [String(error)])
    await expect.poll(problems, { timeout: trueAgainMs, intervals: [250] }).toEqual([])
    const processes = await host.qemuProcesses()

    asleep[Symbol.dispose]()
    supervisor[Symbol.dispose]()
    if (signal === 'SIGKILL') await waitForSuccessor(dataDir, 'panel', near)
    else await expect.poll(() => givenUp(dataDir, ids), { message: 'it sees that it lost them' }).toEqual(ids)
    await waitUntilReady(berth.url)
    expect(await readWork(dataDir, ids)).toEqual(ended)
    expect(await host.qemuProcesses()).toEqual(processes)
    for (const vmId of [startedId, create.vmId]) expect(await startsOf(dataDir, vmId)).toBe(1)
    expect(await host.tracesOf(deletedId)).toEqual([])
    expect(await host.qemuOf(bystander?.vmId ?? ''), 'the machine beside them').toEqual(bystander)
  })
}

const logLine = z.object({
  msg: z.string(),
  operationId: z.string().nullish(),
  vmId: z.string().nullish(),
  to: z.string().nullish(),
})

async function readLog(dataDir: string, name: string): Promise<z.infer<typeof logLine>[]> {
  const lines = (await readFile(join(dataDir, 'logs', `${name}.log`), 'utf8')).split('\n')
  // The last is empty, or still being written.
  lines.pop()
  return lines.filter((line) => line.startsWith('{')).map((line) => logLine.parse(JSON.parse(line)))
}

async function givenUp(dataDir: string, ids: readonly string[]): Promise<string[]> {
  const lines = await readLog(dataDir, 'panel')
  return ids.filter((id) => lines.some((line) => line.msg === 'operation given up' && line.operationId === id))
}

/** How often the agent began to start it. */
async function startsOf(dataDir: string, vmId: string): Promise<number> {
  const lines = await readLog(dataDir, 'agent-host-1')
  return lines.filter((line) => line.msg === 'machine moved' && line.vmId === vmId && line.to === 'starting').length
}
