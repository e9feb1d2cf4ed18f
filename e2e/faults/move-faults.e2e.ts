/**
 * The fault matrix of the move, on two hosts of the lab with real agents and real QEMUs. After each case one host has the
 * machine and runs it, or can; nobody ran it twice, nothing is left over, its disk is whole, and within 30 s the panel's
 * picture is true.
 *
 * The telling cases by default; all of them with BERTH_FAULTS=all (`./berth test faults`).
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { RunSampler } from '../checker/run-sampler.ts'
import { inWords } from '../checker/violation.ts'
import { outcomeOf } from '../support/test-machines.ts'
import { moveCases, nameOf, type MoveCase } from './move-cases.ts'
import { MoveUnderWay, type Sides } from './move-under-way.ts'
import { TwoHostBerth, type MovingMachine } from './two-host-berth.ts'

/** A promise of Berth: within 30 s the panel's picture is true again. */
const trueAgainMs = 30_000

/** A link that was cut is whole again, and a side that was silent is given up, long before. */
const endMs = 100_000

const isEverything = process.env['BERTH_FAULTS'] === 'all'
// Hosts of their own need namespaces, which are root's.
const isRoot = process.getuid?.() === 0
const cases = moveCases.filter(({ isTelling }) => isRoot && (isEverything || isTelling === true))
const share = `${cases.length} of ${moveCases.length} cases`
if (!isRoot) process.stdout.write(`A move in which something fails: ${share}, because only root can make the hosts.\n`)

test.describe(`a move in which something fails, ${share}`, () => {
  let berth: TwoHostBerth
  let machines: Record<'shared' | 'default', MovingMachine>

  test.beforeAll(async () => {
    test.setTimeout(420_000)
    berth = await TwoHostBerth.open()
    machines = {
      shared: await berth.addMovingMachine('mover', 'shared'),
      default: await berth.addMovingMachine('carrier', 'default'),
    }
  })
  test.afterAll(async () => {
    await berth[Symbol.asyncDispose]()
  })

  for (const one of cases) {
    test(nameOf(one), async () => {
      const machine = machines[one.hasOwnDisk === true ? 'default' : 'shared']
      await runsSomewhere(berth, machine)
      const sides = await sidesOf(berth, machine)
      const before = await berth.checker.keptState()
      await using sampler = berth.checker.sample()
      await using move = new MoveUnderWay(berth, machine, { sampler, sides })
      const operationId = await move.reach(one.moment, one.fault)
      await move.suffer(one.fault)

      const ended = await berth.machines.ended(operationId, endMs, move.hurry)
      await move.untilAlone()
      const { tookMs, violations } = await berth.checker.converge(trueAgainMs, berth.door)
      const outcome = `${outcomeOf(ended)}; true again after ${Math.round(tookMs)} ms`
      test.info().annotations.push({ type: nameOf(one), description: outcome })
      expect.soft(violations.map(inWords), outcome).toEqual([])
      expect.soft(sampler.violations().map(inWords)).toEqual([])
      expect(sampler.sight.statusAnswers, 'the sampler saw something').toBeGreaterThan(10)
      await expectEnd(one, { machine, sides, outcome })
      if (one.says !== undefined) expect(outcomeOf(ended)).toMatch(one.says)
      if (one.end !== 'crashed') await expectOnlyOn(machine, await hostOf(berth, machine), sampler)
      // Of a machine that moved, host and pool are others now.
      const isMoved = (await hostOf(berth, machine)) !== sides.source
      const losses = await berth.checker.lossesSince(before)
      expect(losses.filter((text) => !(isMoved && text.includes(machine.vmId)))).toEqual([])
      expect(await berth.checker.canaryProblems(machine.vmId, machine.canary)).toEqual([])
      expect(await berth.checker.secretProblems(move.secrets)).toEqual([])
      expect(await berth.checker.auditProblems()).toEqual([])
    })
  }

  /** By both QEMUs and by what both agents have written down; the panel is not asked. */
  async function expectOnlyOn({ vmId }: MovingMachine, host: string, sampler: RunSampler): Promise<void> {
    const qemus = (await berth.checker.qemuProcesses()).filter((qemu) => qemu.vmId === vmId)
    expect(qemus.map(({ hostName }) => hostName)).toEqual([host])
    await expect.poll(() => sampler.isRunning(vmId), { message: 'its QEMU says that it runs' }).toBe(true)
    const records = ['host-1', 'host-2'].filter((name) => existsSync(join(berth.diskOf(name), 'vms', vmId, 'vm.json')))
    expect(records).toEqual([host])
  }

  async function expectEnd(
    one: MoveCase,
    { machine, sides, outcome }: { machine: MovingMachine; sides: Sides; outcome: string },
  ): Promise<void> {
    const view = await berth.machines.get(machine.vmId)
    const where = { source: sides.source, target: sides.target, view: view.host?.name }
    if (one.end === 'crashed') return expect(view.state, outcome).toBe('crashed')
    expect(view.state, outcome).toBe('running')
    if (one.end === 'moved') expect(where, outcome).toMatchObject({ view: sides.target })
    if (one.end === 'stays') expect(where, outcome).toMatchObject({ view: sides.source })
  }
})

/** After a case that killed its only QEMU it is started: that it can be is a part of the promise. */
async function runsSomewhere({ machines }: TwoHostBerth, { vmId }: MovingMachine): Promise<void> {
  const { state } = await machines.get(vmId)
  if (state !== 'running') await machines.command(vmId, 'start')
  expect((await machines.get(vmId)).state).toBe('running')
}

const hostOf = async ({ machines }: TwoHostBerth, { vmId }: MovingMachine): Promise<string> =>
  (await machines.get(vmId)).host?.name ?? ''

async function sidesOf(berth: TwoHostBerth, machine: MovingMachine): Promise<Sides> {
  const source = await hostOf(berth, machine)
  return { source, target: source === 'host-1' ? 'host-2' : 'host-1' }
}
