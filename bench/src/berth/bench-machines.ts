/**
 * Machines for measuring, made through the panel like anybody's: 64 MiB, one vCPU, an empty disk over an image, so that
 * nothing but the firmware runs in them. Disposing ends every QEMU that was made here, whether the panel still lives or not.
 */
import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { atLast, signalIfThere } from '../measure/last-rites.ts'
import type { PanelClient } from './panel-calls.ts'

const MiB = 1024 * 1024
const startedSchema = z.object({ operationId: z.string() })
const createdSchema = startedSchema.extend({ vmId: z.string() })
const argvSchema = z.object({ argv: z.array(z.string()) })

export interface CreatedMachine {
  vmId: string
  operationId: string
}

export class BenchMachines implements Disposable {
  readonly #options: { panel: PanelClient; runRoot: string; imageId: string; networkId: string }
  readonly #made = new Set<string>()
  readonly #takeBack = atLast(() => this.#endAll())
  #count = 0

  constructor(options: { panel: PanelClient; runRoot: string; imageId: string; networkId: string }) {
    this.#options = options
  }

  /** Asks for a machine and returns what the panel answers at once; it is not there yet. */
  async ask(start: boolean): Promise<CreatedMachine> {
    const { panel, imageId, networkId } = this.#options
    const wish = {
      name: `bench-${++this.#count}`,
      ...{ imageId, vcpus: 1, memoryBytes: 64 * MiB, diskBytes: 64 * MiB, nics: [{ networkId }] },
      ...{ firmware: 'bios', start },
    }
    const created = await panel.mutate('vm.create', wish, createdSchema)
    this.#made.add(created.vmId)
    return created
  }

  /** A machine that is on, and stands still: it costs the computer nothing while others are measured. */
  async createPaused(): Promise<string> {
    const { vmId, operationId } = await this.ask(true)
    await this.#options.panel.operationEnd(operationId)
    await this.#change('vm.pause', vmId)
    return vmId
  }

  /** `count` running machines, a few at a time. */
  async createMany(count: number, isPaused: boolean): Promise<string[]> {
    const vmIds: string[] = []
    while (vmIds.length < count) {
      const asked = await Promise.all(
        Array.from({ length: Math.min(4, count - vmIds.length) }, async () => {
          if (isPaused) return this.createPaused()
          const { vmId, operationId } = await this.ask(true)
          await this.#options.panel.operationEnd(operationId, 100)
          return vmId
        }),
      )
      vmIds.push(...asked)
    }
    return vmIds
  }

  async remove(vmId: string): Promise<void> {
    await this.#change('vm.stop', vmId)
    await this.#change('vm.delete', vmId)
    this.#made.delete(vmId)
  }

  async commandLine(vmId: string): Promise<string[]> {
    const { argv } = await this.#options.panel.query('vm.commandLine', { vmId }, argvSchema)
    return argv
  }

  /** Where the agent keeps the machine's sockets; named as in its run-dir.ts. */
  runDir(vmId: string): string {
    return join(this.#options.runRoot, createHash('sha256').update(vmId).digest('hex').slice(0, 12))
  }

  async pid(vmId: string): Promise<number> {
    return Number((await readFile(join(this.runDir(vmId), 'pid'), 'utf8')).trim())
  }

  [Symbol.dispose](): void {
    this.#endAll()
    this.#takeBack()
  }

  /** A machine that ended has no pid file; a pid that is no QEMU of ours any more belongs to somebody else. */
  #endAll(): void {
    for (const vmId of this.#made) {
      const pid = textOf(() => readFileSync(join(this.runDir(vmId), 'pid'), 'utf8')).trim()
      const isOurs = pid !== '' && textOf(() => readlinkSync(`/proc/${pid}/exe`)).includes('qemu')
      if (isOurs && textOf(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).includes(vmId)) {
        signalIfThere(Number(pid), 'SIGKILL')
      }
    }
  }

  async #change(procedure: string, vmId: string): Promise<void> {
    const { operationId } = await this.#options.panel.mutate(procedure, { vmId }, startedSchema)
    await this.#options.panel.operationEnd(operationId)
  }
}

function textOf(read: () => string): string {
  try {
    return read()
  } catch {
    // Gone between two looks.
    return ''
  }
}
