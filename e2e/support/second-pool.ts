/** A pool beside the host's own, for tests of disks that change theirs. */
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { doneSchema } from './panel-client.ts'
import type { TestMachines } from './test-machines.ts'

const hostsSchema = z.object({ items: z.array(z.object({ hostId: z.string() })) })
const poolsSchema = z.object({ items: z.array(z.object({ poolId: z.string().nullable(), name: z.string() })) })

export interface SecondPool extends AsyncDisposable {
  readonly name: string
  /** Of the machine's disks in it. */
  readonly files: (vmId: string) => Promise<string[]>
}

/** Of the one host. Disposing it deletes the test's machines first, whose disks may lie in it. */
export async function addSecondPool(machines: TestMachines): Promise<SecondPool> {
  const { panel } = machines
  const name = 'fast'
  const root = await mkdtemp(join(tmpdir(), 'berth-pool-'))
  await chmod(root, 0o711)
  const path = join(root, name)
  await mkdir(path)
  await chmod(path, 0o711)
  const { items } = await panel.query('host.list', {}, hostsSchema)
  const [hostId] = items.map((host) => host.hostId)
  const done = await panel.mutate('pool.createShared', { name, path, hostIds: [hostId] }, doneSchema)
  await machines.succeeded(done.operationId)
  return {
    name,
    files: async (vmId) => {
      const names = await readdir(join(path, 'volumes', vmId)).catch(() => [])
      return names.filter((file) => file !== 'owner.json')
    },
    [Symbol.asyncDispose]: async () => {
      await machines.deleteAll()
      const { items: pools } = await panel.query('pool.list', {}, poolsSchema)
      const poolId = pools.find((pool) => pool.name === name)?.poolId
      const { operationId } = await panel.mutate('pool.detach', { poolId, hostId }, doneSchema)
      await machines.succeeded(operationId)
      await rm(root, { recursive: true })
    },
  }
}
