/** A Berth on two hosts of the lab whose disks can be full, a pool that both see, and a machine in it that moves to and fro. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { BerthChecker } from '../checker/berth-checker.ts'
import type { Canary } from '../checker/canary.ts'
import type { Lab } from '../lab/lab.ts'
import { mountSmallDisk } from '../lab/small-disk.ts'
import { runDirOf } from '../support/berth-place.ts'
import { openLabBerth, type LabBerth } from '../support/lab-berth.ts'
import { doneSchema } from '../support/panel-client.ts'
import { TestMachines } from '../support/test-machines.ts'

const hostsSchema = z.object({ items: z.array(z.object({ hostId: z.string(), name: z.string() })) })
const createdSchema = doneSchema.extend({ vmId: z.string() })
const hostNames = ['host-1', 'host-2'] as const
/** Of each host's own data; the machine's disk is not among them. */
const hostDiskBytes = 512 * 2 ** 20
/** Far above what the guest has on its disk. Where that travels, so much of it that something can happen meanwhile. */
const canaryPlaces = {
  shared: { offsetBytes: 768 * 2 ** 20 },
  default: { offsetBytes: 768 * 2 ** 20, lengthBytes: 6 * 2 ** 20 },
} as const

export interface MovingMachine {
  readonly vmId: string
  readonly name: string
  readonly canary: Canary
}

export class TwoHostBerth implements AsyncDisposable {
  readonly dataDir: string
  readonly runDir: string
  readonly door: { readonly url: string; readonly token: string }
  readonly lab: Lab
  readonly checker: BerthChecker
  readonly machines: TestMachines
  readonly #parts: AsyncDisposableStack
  #hostIds: ReadonlyMap<string, string> = new Map()

  private constructor(berth: LabBerth, parts: AsyncDisposableStack) {
    this.dataDir = berth.dataDir
    this.runDir = runDirOf(berth.dataDir)
    this.door = { url: berth.url, token: berth.token }
    this.lab = berth.lab
    this.#parts = parts
    this.checker = new BerthChecker(this)
    this.machines = new TestMachines(berth.panel)
  }

  static async open(): Promise<TwoHostBerth> {
    await using parts = new AsyncDisposableStack()
    const furnish = async (dataDir: string, undo: AsyncDisposableStack): Promise<void> => {
      for (const name of hostNames) undo.use(await mountSmallDisk(folderOf(dataDir, name), hostDiskBytes))
    }
    // Outside of the hosts' own folders, as a mount of both would be.
    const path = await mkdtemp(join(tmpdir(), 'berth-shared-'))
    parts.defer(() => rm(path, { recursive: true, force: true }))
    await chmod(path, 0o711)
    const lab = parts.use(await openLabBerth(hostNames.length, furnish))
    const berth = new TwoHostBerth(lab, parts.move())
    await berth.#share(path)
    return berth
  }

  /** Runs on that host when it returns, its disk in the pool that both see, or in the host's own and then it travels. */
  async addMovingMachine(name: string, pool: 'shared' | 'default', host = 'host-1'): Promise<MovingMachine> {
    const { panel } = this.machines
    const wish = {
      ...(await this.machines.wishFor({ name, start: false })),
      pool,
      hostId: this.hostId(host),
    }
    const { vmId, operationId } = await panel.mutate('vm.create', wish, createdSchema)
    await this.machines.succeeded(operationId)
    const canary = await this.checker.plantCanary(vmId, canaryPlaces[pool])
    await this.machines.command(vmId, 'start')
    return { vmId, name, canary }
  }

  hostId(name: string): string {
    const id = this.#hostIds.get(name)
    if (id === undefined) throw new Error(`there is no host ${name}`)
    return id
  }

  /** Of the host's own data: a disk that `fillDisk` can fill. */
  diskOf(name: string): string {
    return folderOf(this.dataDir, name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync()
  }

  async #share(path: string): Promise<void> {
    const { panel } = this.machines
    const { items } = await panel.query('host.list', {}, hostsSchema)
    this.#hostIds = new Map(items.map(({ name, hostId }) => [name, hostId]))
    const pool = { name: 'shared', path, hostIds: [...this.#hostIds.values()] }
    await this.machines.succeeded((await panel.mutate('pool.createShared', pool, doneSchema)).operationId)
  }
}

const folderOf = (dataDir: string, host: string): string => join(dataDir, 'hosts', host)
