/** A Berth on several hosts of a lab on this computer, as `./berth up --hosts N` starts it, in a folder that goes with it. Root's only. */
import { execFile } from 'node:child_process'
import { chmod, mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { imageViewSchema } from '@berth/core/image/image'
import type { OperationView } from '@berth/core/operation/operation'
import { z } from 'zod'
import { removeLab } from '../../../e2e/lab/lab-network.ts'
import { labIdOf } from '../../../e2e/lab/lab-plan.ts'
import { makeBenchFolder } from '../measure/bench-folder.ts'
import { freeTcpPort } from '../measure/free-tcp-port.ts'
import { PanelClient } from './panel-calls.ts'

const root = resolve(import.meta.dirname, '../../..')
const run = promisify(execFile)
const MiB = 2 ** 20
const upMs = 300_000
const pool = 'shared'

export interface LabWorld extends AsyncDisposable {
  readonly dir: string
  readonly panel: PanelClient
  /** By name: host-1, host-2, … */
  readonly hostIds: ReadonlyMap<string, string>
  /** Machines of 128 MiB on a host, with a disk in a pool that all hosts see; one after the other. */
  createMachines(hostId: string, count: number): Promise<string[]>
}

const hostsSchema = z.object({ items: z.array(z.object({ hostId: z.string(), name: z.string() })) })
const imagesSchema = z.object({ items: z.array(imageViewSchema) })
const networksSchema = z.object({ items: z.array(z.object({ networkId: z.string(), kind: z.string() })) })
const startedSchema = z.object({ operationId: z.string() })
const createdSchema = startedSchema.extend({ vmId: z.string() })

export async function openLabWorld(hostCount: number): Promise<LabWorld> {
  await using stack = new AsyncDisposableStack()
  const dir = await makeBenchFolder()
  stack.defer(() => rm(dir, { recursive: true, force: true }))
  await chmod(dir, 0o711)
  const data = join(dir, 'data')
  const launch = async (verb: string, ...args: string[]): Promise<string> => {
    // Where a guest hangs under KVM, finding that out would take each agent 20 s.
    const env = { ...process.env, BERTH_AGENT_ACCELERATION: 'tcg' }
    const { stdout } = await run(join(root, 'berth'), [verb, '--data', data, ...args], { env, timeout: upMs })
    return stdout.trim()
  }
  // Whatever became of its panel: nothing of it is left.
  stack.defer(async () => void (await removeLab(labIdOf(data), { keepsBusy: false })))
  stack.defer(async () => void (await launch('down')))
  const port = await freeTcpPort()
  await launch('up', '--hosts', String(hostCount), '--closed', '--port', String(port))
  const token = await run(join(root, 'berth'), [
    'token',
    'create',
    '--data',
    data,
    '--name',
    'bench',
    '--expires',
    '1d',
  ])
  const panel = new PanelClient(`http://127.0.0.1:${port}`, token.stdout.trim())
  const { items: hosts } = await panel.query('host.list', {}, hostsSchema)
  const path = join(dir, 'pool')
  await mkdir(path, { mode: 0o711 })
  const hostIds = hosts.map(({ hostId }) => hostId)
  await panel.operationEnd(
    (await panel.mutate('pool.createShared', { name: pool, path, hostIds }, startedSchema)).operationId,
  )
  await panel.mutate('network.create', { name: 'between', kind: 'bridge', bridge: 'lan0' }, z.unknown())
  const [image] = (await panel.query('image.list', {}, imagesSchema)).items.filter(({ state }) => state === 'ready')
  const networks = (await panel.query('network.list', {}, networksSchema)).items
  const network = networks.find(({ kind }) => kind === 'bridge')
  if (image === undefined || network === undefined) throw new Error('there is no image, or no network')
  const { imageId } = image
  const { networkId } = network
  const create = async (name: string, hostId: string): Promise<string> => {
    const wish = { name, imageId, hostId, pool, vcpus: 1, memoryBytes: 128 * MiB, diskBytes: 1024 * MiB }
    const asked = { ...wish, nics: [{ networkId }], firmware: 'bios', start: true }
    const { vmId, operationId } = await panel.mutate('vm.create', asked, createdSchema)
    await panel.operationEnd(operationId)
    return vmId
  }
  const kept = stack.move()
  return {
    ...{ dir, panel, hostIds: new Map(hosts.map(({ hostId, name }) => [name, hostId])) },
    createMachines: async (hostId, count) => {
      const vmIds: string[] = []
      while (vmIds.length < count) vmIds.push(await create(`drain-${vmIds.length + 1}`, hostId))
      return vmIds
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** How long a task took, from when it was asked for. */
export function tookMs(operation: OperationView): number {
  return Date.parse(operation.endedAt ?? '') - Date.parse(operation.createdAt)
}
