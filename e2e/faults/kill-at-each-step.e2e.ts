/**
 * kill -9 of agent, panel and database at each step of create, start, stop and delete. Each kill is aimed at one step of
 * one operation, with the other three verbs under way on other machines. Afterwards each operation is done, undone or
 * named as interrupted, host and rows tell one story within 30 s, and a machine beside them never noticed.
 *
 * A third of the kills by default, each step once; all of them with BERTH_FAULTS=all (six minutes).
 */
import { z } from 'zod'
import { expect, test } from '../support/berth-test.ts'
import { doneSchema } from '../support/panel-client.ts'
import { operationTimeoutMs, outcomeOf, type TestMachines } from '../support/test-machines.ts'
import type { BerthChecker } from '../checker/berth-checker.ts'
import type { QemuProcess } from '../checker/berth-layout.ts'
import { ensureIdleImage, idleImage } from './idle-image.ts'
import { takeAim, victims, watchStep, type Victim } from './kill-points.ts'
import { queryRows } from '../checker/panel-rows.ts'

const steps = {
  create: ['volumes', 'define', 'start', 'publish'],
  start: ['record', 'start'],
  stop: ['stop', 'record'],
  delete: ['stop', 'undefine', 'volumes', 'rows'],
} as const
const verbs = ['create', 'start', 'stop', 'delete'] as const
type Verb = (typeof verbs)[number]

interface KillPoint {
  victim: Victim
  verb: Verb
  step: string
}

/** Each step with each victim; by default the victims take turns. */
function killPoints(isEverything: boolean): KillPoint[] {
  const points = verbs.flatMap((verb) => steps[verb].map((step) => ({ verb, step })))
  return points.flatMap((point, index) =>
    victims
      .filter((_, turn) => isEverything || turn === index % victims.length)
      .map((victim) => ({ ...point, victim })),
  )
}

/** A promise of Berth: within 30 s the panel's picture is true again. */
const trueAgainMs = 30_000

const operationRow = z.object({ id: z.string(), vm_id: z.string() })
const operationSql = `
  SELECT id, coalesce(vm_id::text, args->>'vmId') AS vm_id FROM operation WHERE kind = $1 AND target_name = $2`

interface Place {
  machines: TestMachines
  host: BerthChecker
  dataDir: string
}

for (const { victim, verb, step } of killPoints(process.env['BERTH_FAULTS'] === 'all')) {
  test(`${victim} dies at ${verb}/${step}`, async ({ machines, host, berth }) => {
    const place = { machines, host, dataDir: berth.dataDir }
    await ensureIdleImage(machines)
    const bystander = await bystanderOf(place)
    const nameOf = (asked: Verb): string => `kill-${victim}-${verb}-${step}-${asked}`
    const ids = await prepare(machines, nameOf)

    const aim = await takeAim(berth.dataDir, victim)
    const point = { targetName: nameOf(verb), kind: `vm.${verb}`, step }
    const watch = await watchStep(berth.dataDir, point)
    // An answer may be lost with the panel; what came of its request is read from the rows.
    const asked = verbs.map((one) => ask(machines, one, ids.get(one) ?? nameOf(one)).catch(() => undefined))
    await watch.reached
    await aim.kill()
    await Promise.all(asked)
    await aim.succeeded()

    const problems = (): Promise<string[]> => host.problems().catch((error: unknown) => [String(error)])
    await expect.poll(problems, { timeout: trueAgainMs, intervals: [250] }).toEqual([])
    const picture = (): Promise<string[]> => host.pictureProblems(berth).catch((error: unknown) => [String(error)])
    await expect.poll(picture, { timeout: trueAgainMs, intervals: [250] }).toEqual([])
    expect(await host.auditProblems()).toEqual([])
    for (const one of verbs) await expectVerdict(place, one, { name: nameOf(one), isAimedAt: one === verb })
    expect(await host.qemuOf(bystander.vmId), 'the machine beside them').toEqual(bystander)
  })
}

/** What stop, start and delete work on. */
async function prepare(machines: TestMachines, nameOf: (verb: Verb) => string): Promise<ReadonlyMap<Verb, string>> {
  const made = (['start', 'stop', 'delete'] as const).map(
    async (verb) =>
      [verb, await machines.create({ name: nameOf(verb), image: idleImage, start: verb !== 'start' })] as const,
  )
  return new Map<Verb, string>(await Promise.all(made))
}

/** `target`: the machine's id; the name of one that is to be made. */
async function ask(machines: TestMachines, verb: Verb, target: string): Promise<void> {
  if (verb === 'create') await machines.ask({ name: target, image: idleImage })
  else await machines.panel.mutate(`vm.${verb}`, { vmId: target }, doneSchema)
}

async function bystanderOf({ machines, host }: Place): Promise<QemuProcess> {
  const qemu = await host.qemuOf(await machines.keep('bystander'))
  if (!qemu) throw new Error('the machine beside them does not run')
  return qemu
}

async function expectVerdict(place: Place, verb: Verb, { name, isAimedAt }: { name: string; isAimedAt: boolean }) {
  const { machines, host, dataDir } = place
  const [operation] = await queryRows(dataDir, operationRow, [operationSql, [`vm.${verb}`, name]])
  // Only a request that was on its way to a dying panel may have left nothing at all.
  if (!operation) return expect(isAimedAt, `${verb} was never accepted`).toBe(false)
  const ended = await machines.ended(operation.id, operationTimeoutMs)
  test.info().annotations.push({ type: verb, description: outcomeOf(ended) })
  expect(ended.status, outcomeOf(ended)).toMatch(/^(succeeded|failed|interrupted)$/)
  const qemu = await host.qemuOf(operation.vm_id)
  if (ended.status !== 'succeeded') {
    if (verb === 'create') expect(await host.tracesOf(operation.vm_id), 'it was undone whole').toEqual([])
    return
  }
  if (verb === 'delete') return expect(await host.tracesOf(operation.vm_id)).toEqual([])
  if (verb === 'stop') expect(qemu, 'it was stopped').toBeUndefined()
  else expect(qemu, 'it runs').toBeDefined()
  await machines.stateIs(operation.vm_id, verb === 'stop' ? 'stopped' : 'running', trueAgainMs)
}
