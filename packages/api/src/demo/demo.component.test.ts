import { readFile, rm, mkdtemp, writeFile, access } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fleetFiles, fleetMachineSchema, fleetPlanSchema, fleetTokenFile } from '@berth/core/agent-contract/fleet-plan'
import { newUuid } from '@berth/core/ids/ids'
import { GiB } from '@berth/core/units/bytes'
import { createTestDatabase } from '@berth/prisma/test-database'
import { expect, test } from 'vitest'
import { openCliPanel } from '../cli-panel.ts'
import { addHost } from '../testing/fleet-fixture-repo.ts'
import { createUser } from '../user/user-repo.ts'

test('hosts of a demo get their tokens once, and its machines are rows, however often that is asked', async () => {
  await using database = await createTestDatabase()
  const { prisma: db, databaseUrl } = database
  await createUser(db, { email: 'a@example.test', name: 'A', role: 'admin', password: 'a long enough one' })
  const folder = await mkdtemp(join(tmpdir(), 'berth-demo-'))
  await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
  await using panel = await openCliPanel({ databaseUrl, dataDir: folder })
  await panel.prepareDemo({ folder, hostCount: 2 })
  expect(await readFile(join(folder, 'sim-002', fleetTokenFile), 'utf8')).toMatch(/\S{40}/)
  const readPlan = async () => fleetPlanSchema.parse(JSON.parse(await readFile(join(folder, fleetFiles.plan), 'utf8')))
  const plan = await readPlan()

  for (const name of ['sim-001', 'sim-002']) {
    await addHost(db, name)
    const disk = {
      volumeId: newUuid(),
      pool: plan.pool.name,
      format: 'qcow2',
      sizeBytes: GiB,
      source: { kind: 'blank' },
    }
    const machine = fleetMachineSchema.parse({
      ...{ vmId: newUuid(), description: '', tags: ['prod'], createdAt: new Date().toISOString() },
      spec: {
        ...{ name: `web-${name}`, vcpus: 1, memoryBytes: GiB, firmware: 'bios', machineType: 'pc-q35-7.2' },
        ...{ hasScreen: true, disks: [disk], nics: [], cloudInit: null, desiredPower: 'on' },
      },
    })
    await writeFile(join(folder, name, fleetFiles.machines), JSON.stringify([machine]))
  }
  expect(await panel.fillDemo({ folder })).toBe('2')
  await access(join(folder, fleetFiles.filled))
  const joins = await db.joinToken.count()
  await panel.prepareDemo({ folder, hostCount: 2 })
  expect(await readPlan()).toEqual(plan)
  expect(await db.joinToken.count()).toBe(joins)
  expect(await panel.fillDemo({ folder })).toBe('2')
  expect(await db.vm.findMany({ select: { name: true, lifecycle: true, desiredPower: true } })).toEqual([
    { name: 'web-sim-001', lifecycle: 'present', desiredPower: 'on' },
    { name: 'web-sim-002', lifecycle: 'present', desiredPower: 'on' },
  ])
  expect(await db.volume.count({ where: { state: 'ready', pool: plan.pool.name } })).toBe(2)
  expect(await db.imageReplica.count({ where: { imageId: plan.imageId } })).toBe(2)
})
