/** Looks at both QEMUs of a machine by their sockets for experts, each 50 ms: whether more than one ever runs. */
import { setTimeout as pause } from 'node:timers/promises'
import { hasErrorCode } from '@berth/core/errors/app-error'
import type { VmId } from '@berth/core/ids/ids'
import { runDirPaths } from '../qemu/run-dir.ts'
import { queryStatus } from '../qmp/commands/lifecycle-commands.ts'
import { connectQmp, type QmpClient } from '../qmp/qmp-client.ts'
import type { TestHost } from './test-host.ts'

const lookMs = 50

export class TwoWatch implements AsyncDisposable {
  /** How many looks there were, and how many found both running. */
  looks = 0
  bothRan = 0
  ranOnTarget = 0
  readonly #sides: readonly QemuEye[]
  readonly #stop = new AbortController()
  readonly #done: Promise<void>

  constructor(vmId: VmId, { source, target }: { source: TestHost; target: TestHost }) {
    // The target first: one that runs there began after the other one stood, which is asked later.
    this.#sides = [new QemuEye(vmId, target), new QemuEye(vmId, source)]
    this.#done = this.#watch()
  }

  async #watch(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const running: boolean[] = []
      for (const side of this.#sides) running.push(await side.isRunning())
      this.looks++
      if (running.every(Boolean)) this.bothRan++
      if (running[0] === true) this.ranOnTarget++
      await pause(lookMs)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#done
    for (const side of this.#sides) side.close()
  }
}

class QemuEye {
  readonly #socketPath: string
  #qmp: QmpClient | undefined

  constructor(vmId: VmId, host: TestHost) {
    this.#socketPath = runDirPaths(host.config.runDir, vmId).expertQmpSocket
  }

  async isRunning(): Promise<boolean> {
    try {
      if (this.#qmp?.state !== 'running') this.#qmp = await connectQmp({ socketPath: this.#socketPath })
      return (await queryStatus(this.#qmp)).running
    } catch (error) {
      if (hasErrorCode(error, 'QMP_UNAVAILABLE', 'QMP_INTERRUPTED', 'QMP_PROTOCOL')) return false
      throw error
    }
  }

  close(): void {
    this.#qmp?.close()
  }
}
