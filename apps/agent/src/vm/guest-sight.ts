/** Keeps what the guest's agent says of one machine in its observation; nothing of it outlives the run. */
import type { Logger } from 'pino'
import { withAddresses } from './guest-addresses.ts'
import { readGuest } from './guest-info.ts'
import type { Machine } from './machine.ts'
import { noGuest, type VmPublisher } from './vm-publisher.ts'

/** A run as it is looked at; `signal` aborts when the run ends. */
interface SightedRun {
  readonly machine: Machine
  readonly signal: AbortSignal
}

export class GuestSight {
  readonly #publisher: VmPublisher
  readonly #logger: Logger

  constructor(publisher: VmPublisher, logger: Logger) {
    this.#publisher = publisher
    this.#logger = logger
  }

  get isConnected(): boolean {
    return this.#publisher.observation().guest.isAgentConnected
  }

  /** The guest opened its agent's port. */
  connected(run: SightedRun): void {
    this.#publisher.sight({ guest: { ...noGuest, isAgentConnected: true } })
    this.try(run)
  }

  gone(): void {
    this.#publisher.sight({ guest: noGuest })
  }

  /** The run ended. */
  ended(): void {
    this.#publisher.sight({ addresses: [], guest: noGuest, silentSince: null })
  }

  /** Asks in the background, whether or not an agent is known to be there. */
  try(run: SightedRun): void {
    this.look(run).catch((error: unknown) => {
      this.#logger.warn({ err: error, vmId: run.machine.vmId }, 'the guest agent could not be asked')
    })
  }

  /** Nothing changes when no agent answers, or the run ended meanwhile. */
  async look({ machine, signal }: SightedRun): Promise<void> {
    const seen = await readGuest(machine, signal)
    if (seen === undefined || signal.aborted) return
    const addresses = withAddresses(this.#publisher.observation().addresses, 'guest-agent', seen.addresses)
    this.#publisher.sight({ guest: seen.guest, addresses })
  }
}
