/**
 * What is measured before a move: how the machine's memory changes, by the agent that has it, and what the path to the other
 * host carries. Asked for by a dialog while somebody chooses, so both are kept for a moment and shared by all who look.
 */
import { agentContract } from '@berth/core/agent-contract/agent-contract'
import { vmIdSchema } from '@berth/core/ids/ids'
import { forecastMove, type MoveWish } from '@berth/core/migration/forecast-move'
import type { DirtySample, MoveForecast, MoveMeasurement, PathSample } from '@berth/core/migration/move-forecast'
import type { DatabaseClient } from '@berth/prisma/client'
import type { AgentLinks } from '../agents/agent-link.ts'
import { requireAbleHosts, type AbleHost } from './able-hosts-repo.ts'
import { SharedAnswers } from './shared-answers.ts'

export interface HostsOfPath {
  readonly sourceHostId: string
  readonly targetHostId: string
}

export interface MovePath extends HostsOfPath {
  readonly vmId: string
}

/** Guests change their habits, links hardly do. */
const keptMs = { dirty: 45_000, path: 120_000 }
/** The agent takes 4 s and may let two others go first; a probe takes about one. */
const patienceMs = { dirty: 30_000, path: 25_000 }

export class MoveMeasures {
  readonly #db: DatabaseClient
  readonly #agents: AgentLinks
  readonly #dirty = new SharedAnswers<DirtySample>(keptMs.dirty)
  readonly #paths = new SharedAnswers<PathSample>(keptMs.path)
  /** Also when it is too old for a forecast: to be shown with its age. */
  readonly #lastPaths = new Map<string, PathSample>()

  constructor({ db, agents }: { db: DatabaseClient; agents: AgentLinks }) {
    this.#db = db
    this.#agents = agents
  }

  /**
   * Throws AGENT_INCOMPATIBLE for a host whose agent cannot, HOST_UNREACHABLE, VM_STATE_CONFLICT, FORECAST_UNAVAILABLE,
   * OPERATION_CANCELLED by `signal`.
   */
  async measure(asked: MovePath, signal: AbortSignal): Promise<MoveMeasurement> {
    const { vmId, sourceHostId } = asked
    const target = await requireAbleHosts(this.#db, asked)
    const link = this.#agents.link(sourceHostId)
    // Beside each other: the move's own sending takes the guest's time, too.
    const [dirty, path] = await Promise.all([
      this.#dirty.get(
        keyOfDirty(asked),
        (stop) =>
          link.call(
            agentContract.forecast.dirty,
            { vmId: vmIdSchema.parse(vmId) },
            { timeoutMs: patienceMs.dirty, signal: stop },
          ),
        signal,
      ),
      this.#pathTo(target, asked, signal),
    ])
    return { dirty, path }
  }

  /** Anew, whatever is known. Throws as `measure`. */
  async measurePath(asked: HostsOfPath, signal: AbortSignal): Promise<PathSample> {
    const target = await requireAbleHosts(this.#db, asked)
    this.#paths.forget(keyOfPath(asked))
    return this.#pathTo(target, asked, signal)
  }

  /** As it was measured last by this panel, however long ago; null where it never was. */
  lastPath(asked: HostsOfPath): PathSample | null {
    return this.#lastPaths.get(keyOfPath(asked)) ?? null
  }

  async #pathTo(target: AbleHost, asked: HostsOfPath, signal: AbortSignal): Promise<PathSample> {
    const link = this.#agents.link(asked.sourceHostId)
    const sample = await this.#paths.get(
      keyOfPath(asked),
      (stop) => link.call(agentContract.forecast.path, { target }, { timeoutMs: patienceMs.path, signal: stop }),
      signal,
    )
    this.#lastPaths.set(keyOfPath(asked), sample)
    return sample
  }

  /** By what was measured lately; null where nothing was. */
  forecast(asked: MovePath, wish: MoveWish): MoveForecast | null {
    const [dirty, path] = [this.#dirty.known(keyOfDirty(asked)), this.#paths.known(keyOfPath(asked))]
    return dirty === undefined || path === undefined ? null : forecastMove({ dirty, path }, wish)
  }
}

const keyOfDirty = ({ vmId, sourceHostId }: MovePath): string => `${vmId} ${sourceHostId}`
const keyOfPath = ({ sourceHostId, targetHostId }: HostsOfPath): string => `${sourceHostId} ${targetHostId}`
