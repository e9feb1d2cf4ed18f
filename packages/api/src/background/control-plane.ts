/**
 * The panel's moving parts, wired once per process: links to agents, operations, the browsers' stream, and the timers
 * behind them. What requests stand on (trpc/panel.ts) is taken from here.
 */
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import type { PrismaClient } from '@berth/prisma/client'
import { AgentIngest } from '../agents/agent-ingest.ts'
import { AgentPool } from '../agents/agent-pool.ts'
import { LiveFiguresStore } from '../agents/live-figures-store.ts'
import type { SecretBox } from '../auth/secret-box.ts'
import { EventHub } from '../events/event-hub.ts'
import type { CertificateAuthority } from '../host/certificate-authority.ts'
import { findHostViews } from '../host/host-repo.ts'
import { findImageViews } from '../image/image-repo.ts'
import { PanelDrainRecords } from '../maintenance/panel-drain-records.ts'
import { startMoveKeeper } from '../migration/move-keeper.ts'
import { MoveTeller } from '../migration/move-teller.ts'
import { PanelMoveRecords } from '../migration/panel-move-records.ts'
import { OperationService } from '../operation/operation-service.ts'
import { findOperationViews } from '../operation/operation-view-repo.ts'
import { findVmViews } from '../vm/vm-repo.ts'
import { PrismaImageRecords } from '../workflows/image-records-repo.ts'
import { PrismaPoolRecords } from '../workflows/pool-records-repo.ts'
import { PrismaVmRecords } from '../workflows/vm-records-repo.ts'
import { startImageKeeper } from './image-keeper.ts'
import { startHostKeeper } from './host-keeper.ts'
import { startOperationSweeper } from './operation-sweeper.ts'
import { prepareJobs, startOperationWorker } from './operation-worker.ts'
import { startReconciler } from './reconciler.ts'

export interface ControlPlaneOptions {
  readonly db: PrismaClient
  /** For the connections that are not Prisma's: LISTEN, and the queue's. */
  readonly databaseUrl: string
  readonly authority: Pick<CertificateAuthority, 'panelIdentity' | 'signHost'>
  readonly secretBox: SecretBox
  readonly log: Logger
  /** False: it answers, and leaves operations and hosts' states alone, for tests of what requests do. Default: true. */
  readonly isWorking?: boolean
}

export interface ControlPlane extends AsyncDisposable {
  readonly live: LiveFiguresStore
  readonly agents: AgentPool
  readonly operations: OperationService
  readonly events: EventHub
  /** Hosts are emptied once they are served. */
  readonly drains: PanelDrainRecords
}

/** After the migrations. Disposing lets go of all work, so that another panel takes it at once. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { db, databaseUrl, authority, secretBox, log } = options
  await prepareJobs(databaseUrl, log)
  // Disposed in the reverse order: first nobody takes new work, last the stream that tells of its end.
  await using parts = new AsyncDisposableStack()
  const live = new LiveFiguresStore()
  const loaders = {
    vms: (ids: readonly string[]) => findVmViews({ db, live }, ids),
    hosts: (ids: readonly string[]) => findHostViews({ db, live }, ids),
    images: (ids: readonly string[]) => findImageViews(db, ids),
    operations: (ids: readonly string[]) => findOperationViews(db, ids),
  }
  const events = parts.use(new EventHub({ db, databaseUrl, loaders, log }))
  const teller = new MoveTeller({ db, tell: (move, ownerId) => events.tellMove(move, ownerId), log })
  const sink = new AgentIngest({
    ...{ db, live, log },
    tellGauges: (gauges) => events.tellGauges(gauges),
    tellMove: (hostId, operationId, progress) => teller.progressed(hostId, operationId, progress),
  })
  const agents = parts.use(new AgentPool({ db, authority, sink, log }))
  // Before the first operation is taken: its host's link must be there.
  await agents.refresh()
  const operations = new OperationService(db)
  const drains = new PanelDrainRecords(db)
  const context = {
    drains,
    link: (hostId: string) => agents.link(hostId),
    vms: new PrismaVmRecords(db, secretBox),
    images: new PrismaImageRecords(db),
    pools: new PrismaPoolRecords(db),
    moves: new PanelMoveRecords({ db, box: secretBox, log, tellEnded: (operationId) => teller.ended(operationId) }),
  }
  const owner = `${hostname()}:${process.pid}`
  if (options.isWorking ?? true) {
    parts.use(await startOperationWorker({ db, databaseUrl, context, operations, log, owner }))
    parts.use(startOperationSweeper(db, log))
    parts.use(startHostKeeper({ db, agents, live, log }))
    parts.use(startMoveKeeper({ db, context, log }))
    parts.use(startImageKeeper({ db, operations, log }))
    parts.use(startReconciler({ db, operations, images: context.images, log }))
  }
  const running = parts.move()
  return { live, agents, operations, events, drains, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
