/** Everything a panel consists of but its HTTP server: opened in order, closed the other way round. */
import { mkdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import { createPrismaClient } from '@berth/prisma/client'
import { migrate } from '@berth/prisma/migrate'
import { AgentIngest } from './agents/agent-ingest.ts'
import { AgentPool } from './agents/agent-pool.ts'
import { LiveFiguresStore } from './agents/live-figures-store.ts'
import { ensureFirstAdmin } from './auth/first-admin.ts'
import { openPanelAuth, type PanelAuth } from './auth/panel-auth.ts'
import { openSecretBox } from './auth/secret-box.ts'
import { startHostKeeper } from './background/host-keeper.ts'
import { startOperationSweeper } from './background/operation-sweeper.ts'
import { prepareJobs, startOperationWorker } from './background/operation-worker.ts'
import { startReconciler } from './background/reconciler.ts'
import { ConsoleSeats } from './console/console-seats.ts'
import { EventHub } from './events/event-hub.ts'
import type { ViewLoaders } from './events/event-views.ts'
import { openCertificateAuthority, type CertificateAuthority } from './host/certificate-authority.ts'
import { findHostViews, type HostReader } from './host/host-repo.ts'
import { findImageViews } from './image/image-repo.ts'
import { makePrometheusPage, type PrometheusPage } from './metrics/prometheus.ts'
import { ensureFirstNetworks } from './network/network-repo.ts'
import { OperationService } from './operation/operation-service.ts'
import { findOperationViews } from './operation/operation-view-repo.ts'
import type { Panel } from './trpc/panel.ts'
import { findVmViews } from './vm/vm-repo.ts'
import { PrismaImageRecords } from './workflows/image-records-repo.ts'
import { PrismaVmRecords } from './workflows/vm-records-repo.ts'

export interface PanelProcessOptions {
  readonly dataDir: string
  readonly databaseUrl: string
  readonly publicUrl: string | undefined
  readonly log: Logger
}

export interface PanelProcess extends AsyncDisposable {
  readonly panel: Panel
  readonly auth: PanelAuth
  readonly authority: CertificateAuthority
  readonly seats: ConsoleSeats
  readonly prometheus: PrometheusPage
  /** A host has joined: its agent is called at once, and not with the next look at the table. */
  refreshHosts(): Promise<void>
  /** Takes operations from the queue, keeps hosts' states true, sweeps. Without it a panel only answers. */
  startWork(): Promise<void>
}

export async function openPanelProcess(options: PanelProcessOptions): Promise<PanelProcess> {
  const { dataDir, databaseUrl, publicUrl, log } = options
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await using stack = new AsyncDisposableStack()
  const applied = await migrate({ databaseUrl })
  if (applied.length > 0) log.info({ applied }, 'migrations applied')
  await prepareJobs(databaseUrl, log)
  const db = createPrismaClient({ databaseUrl })
  stack.defer(() => db.$disconnect())
  await ensureFirstNetworks(db)
  if (await ensureFirstAdmin(db, dataDir)) log.info({ path: `${dataDir}/initial-admin` }, 'first administrator made')

  const authority = await openCertificateAuthority(dataDir)
  const auth = await openPanelAuth({ db, log, dataDir, publicUrl })
  const secretBox = await openSecretBox(dataDir)
  const live = new LiveFiguresStore()
  const events = stack.use(new EventHub({ db, databaseUrl, loaders: loadersOf({ db, live }), log }))
  const sink = new AgentIngest({ db, live, log, tellGauges: (gauges) => events.tellGauges(gauges) })
  const agents = stack.use(new AgentPool({ db, log, sink, identity: () => authority.panelIdentity() }))
  const operations = new OperationService(db)
  const panel: Panel = { db, log, secretBox, live, agents, operations, events }
  const seats = new ConsoleSeats()

  const opened = stack.move()
  return {
    panel,
    auth,
    authority,
    seats,
    prometheus: makePrometheusPage({ db, openConsoles: () => seats.open }),
    refreshHosts: () => agents.refresh(),
    async startWork() {
      await agents.refresh()
      opened.use(startHostKeeper({ db, agents, live, log }))
      opened.use(startOperationSweeper(db, log))
      opened.use(startReconciler(db, operations, log))
      const context = {
        link: (hostId: string) => agents.link(hostId),
        vms: new PrismaVmRecords(db, secretBox),
        images: new PrismaImageRecords(db),
      }
      const owner = `${hostname()}:${process.pid}`
      opened.use(await startOperationWorker({ db, databaseUrl, operations, context, log, owner }))
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

const loadersOf = (reader: HostReader): ViewLoaders => ({
  vms: (ids) => findVmViews(reader, ids),
  operations: (ids) => findOperationViews(reader.db, ids),
  hosts: (ids) => findHostViews(reader, ids),
  images: (ids) => findImageViews(reader.db, ids),
})
