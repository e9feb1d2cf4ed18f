/**
 * Machines of this host whose memory still comes from where they were (post-copy). They run; a page that is not there yet stops
 * whoever in the guest wants it.
 *
 * Owner of its state: what it saw of their links. Invariants: the record of the move and its key stay on disk until QEMU says that
 * all is there, or its process is gone; nothing is done to the machine, whatever the link does.
 */
import { createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import type { HostCheck } from '@berth/core/host/host'
import type { VmId } from '@berth/core/ids/ids'
import type { Logger } from 'pino'
import { breakMoveLink, forgetMoveKey, listenAgain, queryMigrate } from '../qmp/commands/move-commands.ts'
import type { QmpClient } from '../qmp/qmp-client.ts'
import type { MachineLauncher } from '../vm/machine-launcher.ts'
import type { Machine } from '../vm/machine.ts'
import type { VmRegistry } from '../vm/vm-registry.ts'
import { removeMoveKey } from './key-folder.ts'
import type { IncomingRecord } from './move-records.ts'
import type { MoveStore } from './move-store.ts'

export interface EarlyArrivalsOptions {
  readonly machines: VmRegistry
  readonly moves: MoveStore
  readonly launcher: MachineLauncher
  readonly logger: Logger
}

const lookMs = 1_000
const arriving: ReadonlySet<string | undefined> = new Set([
  'active',
  'postcopy-active',
  'postcopy-paused',
  'postcopy-recover',
])

export class EarlyArrivals {
  readonly #options: EarlyArrivalsOptions
  readonly #closing = new AbortController()
  /** Since when their link is broken. */
  readonly #brokenSince = new Map<VmId, string>()

  constructor(options: EarlyArrivalsOptions) {
    this.#options = options
  }

  /** Until all is there. */
  watch(incoming: IncomingRecord): void {
    const { vmId, moveId } = incoming
    this.#watch(incoming).catch((error: unknown) =>
      this.#options.logger.error({ err: error, vmId, moveId }, 'nobody watches memory that still comes'),
    )
  }

  /** Undefined once it is gone. Throws QMP_UNAVAILABLE while it does not answer. */
  async machineOf(vmId: VmId): Promise<Machine | undefined> {
    const actor = this.#options.machines.get(vmId)
    return actor?.hasProcess === true ? actor.requireMachine() : undefined
  }

  checks(): HostCheck[] {
    return [...this.#brokenSince].map(([vmId, since]) => {
      const name = this.#options.machines.get(vmId)?.record.spec.name ?? vmId
      const message = `${name} runs here and waits for memory that is still on the host it came from: the link is broken since ${since}. It is made again from there.`
      return { name: 'machines without all of their memory', status: 'warning', message }
    })
  }

  close(): void {
    this.#closing.abort()
  }

  async #watch(incoming: IncomingRecord): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted && (await this.#isArriving(incoming.vmId)))
      await pause(lookMs, undefined, { signal }).catch(() => undefined)
    this.#brokenSince.delete(incoming.vmId)
    if (signal.aborted) return
    const { moves, launcher, logger } = this.#options
    await removeMoveKey(launcher.paths(incoming.vmId))
    await moves.removeIncoming(incoming.vmId)
    logger.info({ vmId: incoming.vmId, moveId: incoming.moveId }, 'all memory of a machine that came early is here')
  }

  async #isArriving(vmId: VmId): Promise<boolean> {
    try {
      const machine = await this.machineOf(vmId)
      if (machine === undefined) return false
      const { status } = await queryMigrate(machine.qmp, { isRoutine: true })
      if (status !== 'postcopy-paused') this.#brokenSince.delete(vmId)
      else if (!this.#brokenSince.has(vmId)) this.#brokenSince.set(vmId, new Date().toISOString())
      if (arriving.has(status)) return true
      await forgetMoveKey(machine.qmp)
      return false
    } catch (error) {
      // QEMU's own loop may stand for a page, too.
      if (hasErrorCode(error, 'QMP_UNAVAILABLE', 'QMP_INTERRUPTED', 'QMP_TIMEOUT')) return true
      throw error
    }
  }
}

const breakMs = 5_000
const retryMs = 50

/** The port on which QEMU takes the rest. A link that it still thinks whole is broken first: nothing came through it. */
export async function listenForRest(qmp: QmpClient, host: string): Promise<number> {
  const deadline = performance.now() + breakMs
  for (;;) {
    await breakMoveLink(qmp)
    // Asked for by number: QEMU would say which one it chose only by its main loop, which may stand for a page.
    const port = await freePortOf(host)
    try {
      await listenAgain(qmp, { host, port })
      return port
    } catch (error) {
      // It has not seen yet that its link is broken.
      if (!hasErrorCode(error, 'QMP_REFUSED') || performance.now() > deadline) throw error
      await pause(retryMs)
    }
  }
}

async function freePortOf(host: string): Promise<number> {
  const server = createServer()
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  server.once('error', reject)
  server.listen(0, host, () => {
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    server.close(() => resolve(port))
  })
  const port = await promise
  if (port === 0) throw new AppError('INTERNAL', 'The system gave no port.')
  return port
}
