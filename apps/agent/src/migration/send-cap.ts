/** How fast a move may send, from its beginning to its end: an administrator changes it while memory is sent. */
import { setMoveBandwidth } from '../qmp/commands/move-commands.ts'
import type { QmpClient } from '../qmp/qmp-client.ts'

/** QEMU takes any number of bytes per second: more than any link has. */
const unlimited = 100 * 2 ** 30

export class SendCap {
  #bytesPerSecond: number | null
  #qmp: (() => QmpClient) | undefined

  constructor(bytesPerSecond: number | null) {
    this.#bytesPerSecond = bytesPerSecond
  }

  /** Null: as fast as the link is. */
  get bytesPerSecond(): number | null {
    return this.#bytesPerSecond
  }

  /** Before the first byte. From then on changes go to the QEMU that sends, over whichever link to it is the present one. */
  async begin(machine: { readonly qmp: QmpClient }): Promise<void> {
    this.#qmp = () => machine.qmp
    await this.#tell()
  }

  /** Throws QMP errors; the cap is as before then. */
  async change(bytesPerSecond: number | null): Promise<void> {
    const before = this.#bytesPerSecond
    this.#bytesPerSecond = bytesPerSecond
    try {
      await this.#tell()
    } catch (error) {
      this.#bytesPerSecond = before
      throw error
    }
  }

  async #tell(): Promise<void> {
    if (this.#qmp !== undefined) await setMoveBandwidth(this.#qmp(), this.#bytesPerSecond ?? unlimited)
  }
}
