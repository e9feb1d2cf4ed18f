/** Machines of a test: made through the API, waited for by what the panel says of them, deleted at the test's end. */
import { expect } from '@playwright/test'
import { z } from 'zod'
import { imageViewSchema } from '@berth/core/image/image'
import { isOperationEnded } from '@berth/core/operation/operation-ended'
import { operationViewSchema, type OperationView } from '@berth/core/operation/operation'
import { vmViewSchema, type VmView } from '@berth/core/vm/vm-view'
import { doneSchema, type PanelClient } from './panel-client.ts'

const createdSchema = doneSchema.extend({ vmId: z.string() })
const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), nextCursor: z.string().nullable() })
const networkSchema = z.object({ networkId: z.string(), kind: z.string() })

/** Real QEMU under software emulation, on cores that others use as well. */
export const operationTimeoutMs = 60_000

export interface MachineWish {
  name: string
  start?: boolean
  memoryBytes?: number
  vcpus?: number
  networkKind?: 'user' | 'nat' | 'bridge'
  /** Part of an image's name; the tiny one without. */
  image?: string
}

export class TestMachines {
  readonly panel: PanelClient
  readonly #made = new Set<string>()

  constructor(panel: PanelClient) {
    this.panel = panel
  }

  /** The input of vm.create for a small machine. */
  async wishFor(wish: MachineWish): Promise<Record<string, unknown>> {
    const { items } = await this.panel.query('image.list', {}, pageOf(imageViewSchema))
    const image = items.find(({ name, state }) => name.includes(wish.image ?? 'tiny') && state === 'ready')
    if (!image) throw new Error(`there is no image ${wish.image ?? 'tiny'}`)
    const networks = await this.panel.query('network.list', {}, pageOf(networkSchema))
    const kind = wish.networkKind ?? 'user'
    const network = networks.items.find((one) => one.kind === kind)
    if (!network) throw new Error(`there is no network of kind ${kind}`)
    return {
      name: wish.name,
      imageId: image.imageId,
      vcpus: wish.vcpus ?? 1,
      memoryBytes: wish.memoryBytes ?? 128 * 2 ** 20,
      diskBytes: 2 ** 30,
      nics: [{ networkId: network.networkId }],
      firmware: 'bios',
      start: wish.start ?? true,
    }
  }

  /** Asks for the machine and remembers it; does not wait for the operation. */
  async ask(wish: MachineWish): Promise<{ operationId: string; vmId: string }> {
    const created = await this.panel.mutate('vm.create', await this.wishFor(wish), createdSchema)
    this.#made.add(created.vmId)
    return created
  }

  async create(wish: MachineWish): Promise<string> {
    const { operationId, vmId } = await this.ask(wish)
    await this.succeeded(operationId)
    return vmId
  }

  /** A machine that outlives the test: the one of that name, or a new one. */
  async keep(name: string): Promise<string> {
    const known = await this.find(name).catch(() => undefined)
    const vmId = known?.vmId ?? (await this.create({ name }))
    this.#made.delete(vmId)
    return vmId
  }

  async get(vmId: string): Promise<VmView> {
    return this.panel.query('vm.get', { vmId }, vmViewSchema)
  }

  async find(name: string): Promise<VmView> {
    const { items } = await this.panel.query('vm.list', { filter: { text: name } }, pageOf(vmViewSchema))
    const found = items.find((vm) => vm.name === name)
    if (!found) throw new Error(`there is no machine ${name}`)
    this.#made.add(found.vmId)
    return found
  }

  /** Asks for a verb and waits until its operation succeeded. */
  async command(vmId: string, verb: string, extra: Record<string, unknown> = {}): Promise<void> {
    const { operationId } = await this.panel.mutate(`vm.${verb}`, { vmId, ...extra }, doneSchema)
    await this.succeeded(operationId)
  }

  async operation(operationId: string): Promise<OperationView> {
    return this.panel.query('operation.get', { operationId }, operationViewSchema)
  }

  /** Waits for the operation's end, whichever. A panel that is away meanwhile is asked again. `hurry`: before each look. */
  async ended(
    operationId: string,
    timeoutMs = operationTimeoutMs,
    hurry: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<OperationView> {
    let seen: OperationView | undefined
    const look = async (): Promise<boolean> => {
      await hurry()
      seen = await this.operation(operationId).catch(() => undefined)
      return seen !== undefined && isOperationEnded(seen.status)
    }
    await expect
      .poll(look, { message: `operation ${operationId} ends`, timeout: timeoutMs, intervals: [100] })
      .toBe(true)
    if (!seen) throw new Error('unreachable: the poll ended with a view')
    return seen
  }

  async succeeded(operationId: string, timeoutMs = operationTimeoutMs): Promise<void> {
    const view = await this.ended(operationId, timeoutMs)
    expect(outcomeOf(view), view.title).toBe('succeeded')
  }

  async stateIs(vmId: string, state: string, timeoutMs = 30_000): Promise<void> {
    await expect
      .poll(async () => (await this.get(vmId)).state, {
        message: `state of ${vmId}`,
        timeout: timeoutMs,
        intervals: [100],
      })
      .toBe(state)
  }

  /** Deletes the machine, or finds it gone. */
  async delete(vmId: string): Promise<void> {
    this.#made.delete(vmId)
    const code = await this.panel.codeOf(this.command(vmId, 'delete'))
    expect(['accepted', 'VM_NOT_FOUND']).toContain(code)
  }

  async deleteAll(): Promise<void> {
    await Promise.all([...this.#made].map((vmId) => this.delete(vmId)))
  }
}

/** "succeeded", or how it ended with its error in words. */
export function outcomeOf(view: OperationView): string {
  return view.error === null ? view.status : `${view.status}: ${view.error.code}: ${view.error.message}`
}
