/**
 * Which machines are placed on which host, as figures need it: they come every 2 s, are written nowhere, and a host may only
 * speak of machines that are placed on it, in figures too. Owns what it read, for seconds.
 */

/** A machine that has left is its former host's for so long at most. */
const keptMs = 10_000
/** A host that names machines that are not its own must not cost a query with each word. */
const breathMs = 1_000

interface Known {
  readonly vmIds: ReadonlySet<string>
  readonly readAt: number
}

export class PlacedMachines {
  readonly #read: (hostId: string) => Promise<readonly string[]>
  readonly #known = new Map<string, Known>()
  readonly #reading = new Map<string, Promise<void>>()

  constructor(read: (hostId: string) => Promise<readonly string[]>) {
    this.#read = read
  }

  /** Of what a host tells, by machine, that on its own ones. Without a database: on those that it had lately. Throws what `read` throws. */
  async ownOf<T>(hostId: string, told: Readonly<Record<string, T>>): Promise<Record<string, T>> {
    if (this.#isToBeRead(hostId, Object.keys(told))) await this.#readAnew(hostId)
    const vmIds = this.#known.get(hostId)?.vmIds
    return Object.fromEntries(Object.entries(told).filter(([vmId]) => vmIds?.has(vmId) === true))
  }

  #isToBeRead(hostId: string, vmIds: readonly string[]): boolean {
    const known = this.#known.get(hostId)
    if (known === undefined) return true
    const ageMs = performance.now() - known.readAt
    return ageMs >= keptMs || (ageMs >= breathMs && !vmIds.every((vmId) => known.vmIds.has(vmId)))
  }

  /** One reading per host at a time, so that figures keep their order. */
  async #readAnew(hostId: string): Promise<void> {
    const begun = this.#reading.get(hostId)
    if (begun) return begun
    const reading = this.#read(hostId).then((vmIds) => {
      this.#known.set(hostId, { vmIds: new Set(vmIds), readAt: performance.now() })
    })
    this.#reading.set(hostId, reading)
    try {
      await reading
    } catch (error) {
      if (!this.#known.has(hostId)) throw error
    } finally {
      this.#reading.delete(hostId)
    }
  }
}
