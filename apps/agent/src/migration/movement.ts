/** Moves of machines, both sides: made once, asked by the panel's commands and by other hosts. */
import type { AgentCommandOf } from '@berth/core/agent-contract/agent-commands'
import type { MoveOwnership, MovePassport } from '@berth/core/agent-contract/move-commands'
import type { MoveRehearsal } from '@berth/core/agent-contract/rehearsal-commands'
import { AppError } from '@berth/core/errors/app-error'
import type { HostCheck } from '@berth/core/host/host'
import type { HostId, VmId } from '@berth/core/ids/ids'
import type { Logger } from 'pino'
import { reachableAs, type AgentConfig } from '../config.ts'
import { rehearse } from '../forecast/rehearse.ts'
import { addressTowards } from '../http/panel-path.ts'
import { HostLink, type HostAddress } from '../http/host-link.ts'
import type { RefusedCertificates } from '../http/refused-certificates.ts'
import { loadIdentity } from '../http/host-identity.ts'
import type { Storage } from '../storage/storage.ts'
import type { MachineLauncher } from '../vm/machine-launcher.ts'
import type { VmActor } from '../vm/vm-actor.ts'
import type { VmRegistry } from '../vm/vm-registry.ts'
import type { VmStore } from '../vm/vm-store.ts'
import type { Histories } from './histories.ts'
import { HistoryIn } from './history-in.ts'
import { MoveIn } from './move-in.ts'
import { MoveOut } from './move-out.ts'
import { ownershipOf } from './move-owner.ts'
import type { MoveStore } from './move-store.ts'
import { passportOf } from './passport.ts'
import { defaultPatienceMs, tidyWaiting, waitingChecks } from './tidy-waiting.ts'

export interface MovementParts {
  config: AgentConfig
  machines: VmRegistry
  launcher: MachineLauncher
  store: VmStore
  moves: MoveStore
  storage: Storage
  histories: Histories
  refused: RefusedCertificates
  logger: Logger
}

const limits = {
  ...{ noProgressMs: 150_000, switchOverMs: 30_000, hostSilentMs: 20_000, postCopySilentMs: 5_000 },
  ...{ noDiskGainMs: 120_000, settleMs: 5_000 },
}

export class Movement {
  readonly moveIn: MoveIn
  readonly moveOut: MoveOut
  readonly historyIn: HistoryIn
  readonly #parts: MovementParts
  #tidying: Disposable | undefined

  constructor(parts: MovementParts) {
    this.#parts = parts
    const { config, storage, launcher } = parts
    this.historyIn = new HistoryIn(parts)
    this.moveIn = new MoveIn({
      ...parts,
      host: { storage, acceleration: launcher.acceleration },
      runRoot: config.runDir,
      listenHost: config.listen.host,
      reachableAs: async (signal) => reachableAs(config) ?? addressTowards(panelUrlOf(config), signal),
    })
    const openLink = (to: HostAddress): Promise<HostLink> => this.#openLink(to)
    this.moveOut = new MoveOut({ ...parts, openLink, limits: { ...limits, ...config.moveLimits } })
  }

  /** Once machines were found again: what an agent before this one began goes on. */
  async resume(): Promise<void> {
    this.moveOut.resume()
    await this.moveIn.resume()
    this.#tidying = tidyWaiting(this.moveIn, { patienceMs: defaultPatienceMs, logger: this.#parts.logger })
  }

  /** See passport.ts. */
  passportOf(actor: VmActor): Promise<MovePassport> {
    return passportOf(actor, this.#parts)
  }

  /** Asked of the source. Throws MOVE_BLOCKED, MOVE_FAILED with what is in the way, and as for a move's send. */
  rehearse(command: AgentCommandOf<'move.rehearse'>, signal: AbortSignal): Promise<MoveRehearsal> {
    const actor = this.#parts.machines.target(command)
    return rehearse(actor, { command, openLink: (to) => this.#openLink(to), signal })
  }

  /** `asker` is the host that asks; null for the panel. */
  async owner(vmId: VmId, asker: HostId | null): Promise<MoveOwnership> {
    const { machines, moves } = this.#parts
    const incoming = this.moveIn.hear(vmId, asker)
    const actor = machines.get(vmId)
    // Nobody is told of a gift that is not on disk: an agent after a kill would not know of it. One that cannot be written is
    // taken back, or was written before; the record says which.
    if (actor !== undefined && actor.record.given !== null) await actor.publisher.saved().catch(() => undefined)
    return ownershipOf({ record: machines.get(vmId)?.record, incoming, moved: moves.moved(vmId) })
  }

  /** For a file that another host has offered to this one. Throws HOST_UNREACHABLE without a certificate of its own. */
  openLink(to: HostAddress): Promise<HostLink> {
    return this.#openLink(to)
  }

  checks(): HostCheck[] {
    const { moveIn } = this
    return [
      ...waitingChecks(moveIn, defaultPatienceMs),
      ...moveIn.arrivalChecks(),
      ...givenChecks(this.#parts.machines),
    ]
  }

  async close(): Promise<void> {
    this.#tidying?.[Symbol.dispose]()
    await this.moveOut.close()
    this.moveIn.close()
  }

  /** From disk each time: certificates are renewed while machines move. */
  async #openLink(to: HostAddress): Promise<HostLink> {
    const identity = await loadIdentity(this.#parts.config.dataDir)
    if (identity === undefined)
      throw new AppError('HOST_UNREACHABLE', 'This host has no certificate to show to another.')
    return new HostLink(to, identity, this.#parts.refused)
  }
}

/** Longer than a hand-over takes: the other host is away, and the machine stands. */
const answerMs = 15_000

const givenChecks = (machines: VmRegistry): HostCheck[] =>
  machines.all().flatMap(({ record }): HostCheck[] => {
    const { given, spec } = record
    // One that went ahead of its memory runs: its new host says whether that comes.
    if (given === null || given.comesEarly || Date.now() - Date.parse(given.at) < answerMs) return []
    const message = `${spec.name} stands: it was given to ${given.address}, which has not answered since ${given.at}. It is asked on.`
    return [{ name: 'given machines', status: 'warning', message }]
  })

function panelUrlOf({ panelUrl }: AgentConfig): string {
  if (panelUrl !== undefined) return panelUrl
  throw new AppError('MOVE_REFUSED_BY_TARGET', 'This host does not know its own address: set BERTH_AGENT_NAME.')
}
