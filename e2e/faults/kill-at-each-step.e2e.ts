/**
 * kill -9 of agent, panel and database at each step of create, start, stop and delete. Afterwards the operation is done,
 * undone or named as interrupted, host and rows tell one story within 30 s, and a machine beside it never noticed.
 */
import { z } from 'zod'
import { expect, test } from '../support/berth-test.ts'
import { doneSchema } from '../support/panel-client.ts'
import { outcomeOf, type TestMachines } from '../support/test-machines.ts'
import type { HostChecker, QemuProcess } from './host-checker.ts'
import { findVictim, victims, waitForSuccessor, watchStep, type Victim } from './kill-points.ts'
import { queryRows } from './panel-rows.ts'

const steps = {
  create: ['volumes', 'define', 'start', 'publish'],
  start: ['record', 'start'],
  stop: ['stop', 'record'],
  delete: ['stop', 'undefine', 'volumes', 'rows'],
} as const
type Verb = keyof typeof steps

/** DESIGN.md: within 30 s the panel's picture is true again. */
const trueAgainMs = 30_000

let bystander: QemuProcess | undefined

/** Asks for the operation; a panel that dies meanwhile may have taken it or not, which the rows say. */
async function ask(machines: TestMachines, verb: Verb, name: string): Promise<void> {
  if (verb === 'create') await machines.ask({ name })
  else {
    const { vmId } = await machines.find(name)
    await machines.panel.mutate(`vm.${verb}`, { vmId }, doneSchema)
  }
}

const operationRow = z.object({ id: z.string(), vm_id: z.string() })

async function operationOf(dataDir: string, kind: string, name: string): Promise<z.infer<typeof operationRow>> {
  const sql = `SELECT id, coalesce(vm_id::text, args->>'vmId') AS vm_id FROM operation WHERE kind = $1 AND target_name = $2`
  const [row] = await queryRows(dataDir, operationRow, [sql, [kind, name]])
  if (!row) throw new Error(`there is no operation ${kind} of ${name}`)
  return row
}

async function agree(host: HostChecker): Promise<void> {
  const problems = (): Promise<string[]> => host.problems().catch((error: unknown) => [String(error)])
  await expect.poll(problems, { timeout: trueAgainMs, intervals: [250] }).toEqual([])
}

async function expectEnd(verb: Verb, vmId: string, { machines, host }: { machines: TestMachines; host: HostChecker }) {
  const qemu = await host.qemuOf(vmId)
  switch (verb) {
    case 'create':
    case 'start':
      expect(qemu, 'it was done, so QEMU runs').toBeDefined()
      expect((await machines.get(vmId)).state).toBe('running')
      return
    case 'stop':
      expect(qemu, 'it was done, so QEMU is gone').toBeUndefined()
      expect((await machines.get(vmId)).state).toBe('stopped')
      return
    case 'delete':
      expect(await host.tracesOf(vmId)).toEqual([])
  }
}

test.beforeEach(async ({ machines, host }, testInfo) => {
  if (testInfo.retry > 0 || bystander) return
  const vmId = await machines.keep('bystander')
  bystander = await host.qemuOf(vmId)
})

for (const victim of victims) {
  for (const verb of ['create', 'start', 'stop', 'delete'] as const) {
    for (const step of steps[verb]) {
      test(`${victim} dies at ${verb}/${step}`, async ({ machines, host, berth }) => {
        const name = `kill-${victim}-${verb}-${step}`
        if (verb !== 'create') await machines.create({ name, start: verb !== 'start' })
        await killDuring({ machines, dataDir: berth.dataDir, victim, verb, step, name })
        await agree(host)
        const { id, vm_id: vmId } = await operationOf(berth.dataDir, `vm.${verb}`, name)
        const ended = await machines.ended(id, trueAgainMs)
        test.info().annotations.push({ type: 'outcome', description: outcomeOf(ended) })
        expect(ended.status).toMatch(/^(succeeded|failed|interrupted)$/)
        if (ended.status === 'succeeded') await expectEnd(verb, vmId, { machines, host })
        else if (verb === 'create') expect(await host.tracesOf(vmId)).toEqual([])
        expect(await host.qemuOf(bystander?.vmId ?? ''), 'the machine beside it').toEqual(bystander)
      })
    }
  }
}

interface Kill {
  machines: TestMachines
  dataDir: string
  victim: Victim
  verb: Verb
  step: string
  name: string
}

async function killDuring({ machines, dataDir, victim, verb, step, name }: Kill): Promise<void> {
  const found = await findVictim(dataDir, victim)
  const watch = await watchStep(dataDir, { targetName: name, kind: `vm.${verb}`, step })
  // The answer may be lost with the panel; what came of the request is read from the rows.
  const asked = ask(machines, verb, name).catch(() => undefined)
  await watch.reached
  process.kill(found.pid, 'SIGKILL')
  await asked
  await waitForSuccessor(dataDir, victim, found)
}
