/** The agent's parts, made once (agent.ts) and handed down; nothing is found by global names. */
import type { Logger } from 'pino'
import type { AgentConfig } from './config.ts'
import type { Consoles } from './console/consoles.ts'
import type { EventStream } from './events/event-stream.ts'
import type { Forecasting } from './forecast/forecasting.ts'
import type { SnapshotSources } from './host/host-snapshot.ts'
import type { RefusedCertificates } from './http/refused-certificates.ts'
import type { Sampler } from './metrics/sampler.ts'
import type { Movement } from './migration/movement.ts'
import type { StepRunner } from './operations/step-runner.ts'
import type { ImageOffers } from './storage/image-offers.ts'
import type { LastScreens } from './vm/last-screens.ts'

export interface AgentContext extends SnapshotSources {
  readonly config: AgentConfig
  readonly logger: Logger
  readonly events: EventStream
  readonly steps: StepRunner
  readonly movement: Movement
  readonly forecasting: Forecasting
  readonly consoles: Consoles
  readonly sampler: Sampler
  readonly screens: LastScreens
  readonly offers: ImageOffers
  readonly refused: RefusedCertificates
}
