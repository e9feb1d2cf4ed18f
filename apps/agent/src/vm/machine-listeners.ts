/** Those who want to know of machines that go on and off: consoles, the sampler. One that fails disturbs no other. */
import type { VmId } from '@berth/core/ids/ids'
import type { Logger } from 'pino'
import type { MachineListener, RunningMachine } from './machine.ts'

export class MachineListeners implements MachineListener {
  readonly #listeners = new Set<MachineListener>()
  readonly #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** Told of everything from now on; call it before machines are adopted. Returns how to stop. */
  add(listener: MachineListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async machineOn(machine: RunningMachine): Promise<void> {
    await this.#tellAll(machine.vmId, (listener) => listener.machineOn(machine))
  }

  async machineRelinked(machine: RunningMachine): Promise<void> {
    await this.#tellAll(machine.vmId, (listener) => listener.machineRelinked?.(machine))
  }

  async machineParting(machine: RunningMachine): Promise<void> {
    await this.#tellAll(machine.vmId, (listener) => listener.machineParting?.(machine))
  }

  machineOff(machine: RunningMachine): void {
    void this.#tellAll(machine.vmId, (listener) => listener.machineOff(machine))
  }

  machineRemoved(vmId: VmId): void {
    void this.#tellAll(vmId, (listener) => listener.machineRemoved?.(vmId))
  }

  /** Each is called before this returns; what they began is waited for. */
  async #tellAll(vmId: VmId, tell: (listener: MachineListener) => Promise<void> | void): Promise<void> {
    const told = [...this.#listeners].map(async (listener) => tell(listener))
    for (const result of await Promise.allSettled(told)) {
      if (result.status === 'rejected')
        this.#logger.error({ err: result.reason, vmId }, 'a listener of machines failed')
    }
  }
}
