/** kill -9 of a machine's QEMU, from outside: while it runs, and at steps of start, stop and delete. */
import { expect, test } from '../support/berth-test.ts'
import { doneSchema } from '../support/panel-client.ts'
import { outcomeOf } from '../support/test-machines.ts'
import type { BerthChecker } from '../checker/berth-checker.ts'
import { ensureIdleImage, idleImage } from './idle-image.ts'
import { watchStep } from './kill-points.ts'

const trueAgainMs = 30_000

/** At a start QEMU appears some moments after the step has begun. */
async function appearance(host: BerthChecker, vmId: string): Promise<number> {
  let pid = 0
  const find = async (): Promise<number> => (pid = (await host.qemuOf(vmId))?.pid ?? 0)
  await expect.poll(find, { intervals: [1], timeout: 10_000 }).toBeGreaterThan(0)
  return pid
}

/** False when it was gone already: the agent, which is about to end it as well, may be faster. */
function killIfThere(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

/** Of this machine alone: another test's leftovers are told by that test. */
async function agree(host: BerthChecker, vmId: string): Promise<void> {
  const problems = async (): Promise<string[]> => (await host.problems()).filter((problem) => problem.includes(vmId))
  await expect.poll(problems, { timeout: trueAgainMs, intervals: [250] }).toEqual([])
}

test('a running machine whose QEMU is killed is shown as crashed, with the signal, and starts again', async ({
  machines,
  host,
}) => {
  await ensureIdleImage(machines)
  const vmId = await machines.create({ name: 'crash-1', image: idleImage })
  const qemu = await host.qemuOf(vmId)
  process.kill(qemu?.pid ?? 0, 'SIGKILL')
  await machines.stateIs(vmId, 'crashed', trueAgainMs)
  expect((await machines.get(vmId)).lastExit).toMatchObject({ signal: 'SIGKILL' })
  await agree(host, vmId)
  await machines.command(vmId, 'start')
  await agree(host, vmId)
  expect((await machines.get(vmId)).state).toBe('running')
})

for (const [verb, step] of [
  ['start', 'start'],
  ['stop', 'stop'],
  ['delete', 'stop'],
] as const) {
  test(`QEMU dies at ${verb}/${step}`, async ({ machines, host, berth }) => {
    await ensureIdleImage(machines)
    const name = `kill-qemu-${verb}`
    const vmId = await machines.create({ name, image: idleImage, start: verb !== 'start' })
    const running = await host.qemuOf(vmId)
    const watch = await watchStep(berth.dataDir, { targetName: name, kind: `vm.${verb}`, step })
    const asked = machines.panel.mutate(`vm.${verb}`, { vmId }, doneSchema)
    await watch.reached
    const pid = running?.pid ?? (await appearance(host, vmId))
    test.info().annotations.push({ type: 'kill', description: killIfThere(pid) ? 'came first' : 'came too late' })
    const ended = await machines.ended((await asked).operationId)
    test.info().annotations.push({ type: verb, description: outcomeOf(ended) })
    await agree(host, vmId)
    if (verb === 'delete') expect(await host.tracesOf(vmId)).toEqual([])
    else expect(await host.qemuOf(vmId)).toBeUndefined()
    if (verb === 'start') expect(outcomeOf(ended)).toMatch(/succeeded|QEMU_START_FAILED|QEMU_EXITED/)
    else expect(outcomeOf(ended)).toBe('succeeded')
  })
}
