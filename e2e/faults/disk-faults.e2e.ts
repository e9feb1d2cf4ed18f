/**
 * What dies while a disk goes into another pool of its host. Afterwards the disk is in one pool, whole, and nothing of it in the
 * other; the machine ran all the time, unless it was the one that died, and within 30 s the panel's picture is true.
 *
 * The agent's death by default; all of them with BERTH_FAULTS=all.
 */
import { z } from 'zod'
import { expect, test } from '../support/berth-test.ts'
import { doneSchema } from '../support/panel-client.ts'
import { addSecondPool } from '../support/second-pool.ts'
import { outcomeOf } from '../support/test-machines.ts'
import { ensureIdleImage, idleImage } from './idle-image.ts'
import { takeAim, victims } from './kill-points.ts'

const deadly = [...victims, 'QEMU'] as const
const trueAgainMs = 30_000
const endMs = 90_000
/** What is copied takes seconds, with this much on it and at that rate. */
const marked = { offsetBytes: 512 * 2 ** 20, lengthBytes: 6 * 2 ** 20 }
const bandwidthBytesPerSecond = 2 ** 20
const copyingSchema = z.object({ progressText: z.string().nullable() })

const chosen = deadly.filter((victim) => process.env['BERTH_FAULTS'] === 'all' || victim === 'agent')
for (const victim of chosen) {
  test(`${victim} dies while a disk is copied into another pool`, async ({ machines, panel, host, berth }) => {
    await ensureIdleImage(machines)
    await using pool = await addSecondPool(machines)
    const name = `disk-${victim.toLowerCase()}`
    const vmId = await machines.create({ name, image: idleImage, start: false })
    const canary = await host.plantCanary(vmId, marked)
    await machines.command(vmId, 'start')
    const before = await host.qemuOf(vmId)
    const volumeId = (await machines.get(vmId)).spec.disks[0]?.volumeId

    const aim = victim === 'QEMU' ? undefined : await takeAim(berth.dataDir, victim)
    const wish = { vmId, volumeId, toPool: pool.name, bandwidthBytesPerSecond }
    const { operationId } = await panel.mutate('vm.moveDisk', wish, doneSchema)
    const said = async (): Promise<string | null> =>
      (await panel.query('operation.get', { operationId }, copyingSchema)).progressText
    await expect.poll(said, { intervals: [50] }).toMatch(/^Copying the disk, [1-9]/)
    if (aim === undefined) process.kill(before?.pid ?? 0, 'SIGKILL')
    else await aim.kill()
    await aim?.succeeded()

    const ended = await machines.ended(operationId, endMs)
    test.info().annotations.push({ type: victim, description: outcomeOf(ended) })
    const problems = (): Promise<string[]> => host.problems().catch((error: unknown) => [String(error)])
    await expect.poll(problems, { timeout: trueAgainMs, intervals: [250] }).toEqual([])
    const picture = (): Promise<string[]> => host.pictureProblems(berth).catch((error: unknown) => [String(error)])
    await expect.poll(picture, { timeout: trueAgainMs, intervals: [250] }).toEqual([])
    expect(await host.canaryProblems(vmId, canary)).toEqual([])
    expect(await host.auditProblems()).toEqual([])

    const { spec, state } = await machines.get(vmId)
    expect(await pool.files(vmId)).toHaveLength(spec.disks[0]?.pool === pool.name ? 1 : 0)
    if (victim === 'QEMU') {
      expect(state).toBe('crashed')
      await machines.command(vmId, 'start')
    } else {
      expect(outcomeOf(ended)).toBe('succeeded')
      expect(await host.qemuOf(vmId), 'it never noticed').toEqual(before)
    }
  })
}
