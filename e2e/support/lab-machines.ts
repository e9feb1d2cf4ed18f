/** Machines of a lab: on a chosen host, on the network between the hosts, in a pool that all of them see or in the host's own. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { LabBerth } from './lab-berth.ts'
import { doneSchema } from './panel-client.ts'
import { TestMachines, type MachineWish } from './test-machines.ts'

const hostsSchema = z.object({ items: z.array(z.object({ hostId: z.string(), name: z.string() })) })
const createdSchema = doneSchema.extend({ vmId: z.string() })

export const sharedPool = 'shared'

export interface LabWish extends Omit<MachineWish, 'networkKind' | 'image'> {
  readonly hostId: string
  /** The host's own without. */
  readonly pool?: string
}

export class LabMachines {
  readonly #machines: TestMachines
  /** By name. */
  readonly hostIds: ReadonlyMap<string, string>

  private constructor(machines: TestMachines, hostIds: ReadonlyMap<string, string>) {
    this.#machines = machines
    this.hostIds = hostIds
  }

  /** With the bridged network between the hosts, and the shared pool. */
  static async of({ panel, dataDir }: LabBerth): Promise<LabMachines> {
    const machines = new TestMachines(panel)
    const path = join(dataDir, 'shared')
    await mkdir(path, { mode: 0o711 })
    const { items } = await panel.query('host.list', {}, hostsSchema)
    const hostIds = items.map(({ hostId }) => hostId)
    const pool = await panel.mutate('pool.createShared', { name: sharedPool, path, hostIds }, doneSchema)
    await machines.succeeded(pool.operationId)
    await panel.mutate('network.create', { name: 'between', kind: 'bridge', bridge: 'lan0' }, z.unknown())
    return new LabMachines(machines, new Map(items.map(({ hostId, name }) => [name, hostId])))
  }

  hostId(name: string): string {
    const hostId = this.hostIds.get(name)
    if (hostId === undefined) throw new Error(`there is no host ${name}`)
    return hostId
  }

  async create({ hostId, pool, ...wish }: LabWish): Promise<string> {
    const input = await this.#machines.wishFor({ ...wish, networkKind: 'bridge' })
    const asked = { ...input, hostId, ...(pool === undefined ? {} : { pool }) }
    const { vmId, operationId } = await this.#machines.panel.mutate('vm.create', asked, createdSchema)
    await this.#machines.succeeded(operationId)
    return vmId
  }
}
