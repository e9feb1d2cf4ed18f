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
import { requireAbleHosts } from './able-hosts-repo.ts'
import { SharedAnswers } from './shared-answers.ts'

export interface MovePath {
  readonly vmId: string
  readonly sourceHostId: string
  readonly targetHostId: string
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
      this.#paths.get(
        keyOfPath(asked),
        (stop) => link.call(agentContract.forecast.path, { target }, { timeoutMs: patienceMs.path, signal: stop }),
        signal,
      ),
    ])
    return { dirty, path }
  }

  /** By what was measured lately; null where nothing was. */
  forecast(asked: MovePath, wish: MoveWish): MoveForecast | null {
    const [dirty, path] = [this.#dirty.known(keyOfDirty(asked)), this.#paths.known(keyOfPath(asked))]
    return dirty === undefined || path === undefined ? null : forecastMove({ dirty, path }, wish)
  }
}

const keyOfDirty = ({ vmId, sourceHostId }: MovePath): string => `${vmId} ${sourceHostId}`
const keyOfPath = ({ sourceHostId, targetHostId }: MovePath): string => `${sourceHostId} ${targetHostId}`
