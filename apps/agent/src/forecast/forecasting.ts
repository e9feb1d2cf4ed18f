/** What is measured before a move, put together: asked by the panel, and by other hosts that send to this one. */
import type { VmId } from '@berth/core/ids/ids'
import { AppError } from '@berth/core/errors/app-error'
import type { DirtySample, PathSample } from '@berth/core/migration/move-forecast'
import type { HostAddress } from '../http/host-link.ts'
import { loadIdentity } from '../http/host-identity.ts'
import type { VmRegistry } from '../vm/vm-registry.ts'
import { DirtyDesk } from './dirty-desk.ts'
import { PathSink } from './path-sink.ts'
import { probePath } from './path-probe.ts'

export class Forecasting {
  readonly sink = new PathSink()
  readonly #dataDir: string
  readonly #desk: DirtyDesk
  #probing: Promise<unknown> = Promise.resolve()

  constructor({ machines, dataDir }: { machines: VmRegistry; dataDir: string }) {
    this.#dataDir = dataDir
    this.#desk = new DirtyDesk(machines)
  }

  /** As DirtyDesk.measure. */
  dirty(vmId: VmId, signal: AbortSignal): Promise<DirtySample> {
    return this.#desk.measure(vmId, signal)
  }

  /** One after the other: two at once would measure each other. As probePath. */
  async path(target: HostAddress, signal: AbortSignal): Promise<PathSample> {
    const probe = async (): Promise<PathSample> => {
      const identity = await loadIdentity(this.#dataDir)
      if (identity === undefined) throw new AppError('HOST_UNREACHABLE', 'This host has no certificate to show.')
      return probePath({ target, identity, signal })
    }
    const turn = this.#probing.then(probe, probe)
    this.#probing = turn.catch(() => undefined)
    return turn
  }
}
