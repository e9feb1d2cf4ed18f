/** Everything a panel consists of but its HTTP server: opened in order, closed the other way round. */
import { mkdir } from 'node:fs/promises'
import type { Logger } from 'pino'
import { createPrismaClient } from '@berth/prisma/client'
import { migrate } from '@berth/prisma/migrate'
import { ensureFirstAdmin } from './auth/first-admin.ts'
import { openPanelAuth, type PanelAuth } from './auth/panel-auth.ts'
import { openSecretBox } from './auth/secret-box.ts'
import { startControlPlane } from './background/control-plane.ts'
import { startRightKeeper } from './background/right-keeper.ts'
import { ConsoleSeats } from './console/console-seats.ts'
import { makeAgentBundleSource, type AgentBundle } from './host/agent-bundle.ts'
import { openCertificateAuthority, type CertificateAuthority } from './host/certificate-authority.ts'
import { MoveMeasures } from './forecast/move-measures.ts'
import { HostMembership } from './host/host-membership.ts'
import { openJoinDesk, type JoinDesk } from './host/join-desk.ts'
import { makePrometheusPage, type PrometheusPage } from './metrics/prometheus.ts'
import { ensureFirstNetworks } from './network/network-repo.ts'
import { OpenStreams } from './trpc/open-streams.ts'
import type { Panel } from './trpc/panel.ts'

export interface PanelProcessOptions {
  readonly dataDir: string
  readonly databaseUrl: string
  readonly publicUrl: string | undefined
  readonly log: Logger
  /** False: it only answers; see control-plane.ts. */
  readonly isWorking: boolean
}

export interface PanelProcess extends AsyncDisposable {
  readonly panel: Panel
  readonly auth: PanelAuth
  readonly authority: CertificateAuthority
  readonly seats: ConsoleSeats
  readonly prometheus: PrometheusPage
  /** A host has joined: its agent is called at once, and not with the next look at the table. */
  readonly refreshHosts: () => Promise<void>
  readonly desk: JoinDesk
  readonly bundle: () => Promise<AgentBundle>
}

export async function openPanelProcess(options: PanelProcessOptions): Promise<PanelProcess> {
  const { dataDir, databaseUrl, publicUrl, log, isWorking } = options
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await using stack = new AsyncDisposableStack()
  const applied = await migrate({ databaseUrl })
  if (applied.length > 0) log.info({ applied }, 'migrations applied')
  const db = createPrismaClient({ databaseUrl })
  stack.defer(() => db.$disconnect())
  await ensureFirstNetworks(db)
  if (await ensureFirstAdmin(db, dataDir)) log.info({ path: `${dataDir}/initial-admin` }, 'first administrator made')
  const authority = await openCertificateAuthority(dataDir)
  const desk = await openJoinDesk(dataDir)
  const bundle = makeAgentBundleSource()
  const auth = await openPanelAuth({ db, log, dataDir, publicUrl })
  const secretBox = await openSecretBox(dataDir)
  const plane = stack.use(await startControlPlane({ db, databaseUrl, authority, secretBox, log, isWorking }))
  const { live, agents, operations, events } = plane
  const seats = new ConsoleSeats()
  const streams = new OpenStreams()
  stack.use(startRightKeeper({ db, holders: [seats, streams], log }))
  const refreshHosts = (): Promise<void> => agents.refresh()
  const measures = new MoveMeasures({ db, agents })
  const membership = new HostMembership({ db, desk, bundle, refreshHosts })
  const panel = { db, log, secretBox, live, agents, membership, measures, operations, events, streams }
  plane.drains.serve(panel)
  const opened = stack.move()
  return {
    panel,
    auth,
    authority,
    seats,
    prometheus: makePrometheusPage({ db, openConsoles: () => seats.open }),
    ...{ refreshHosts, desk, bundle },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
