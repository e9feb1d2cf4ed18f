/** Everything a panel consists of but its HTTP server: opened in order, closed the other way round. */
import { hostname } from 'node:os'
import { mkdir } from 'node:fs/promises'
import type { Logger } from 'pino'
import { ensureFirstAdmin } from './auth/first-admin.ts'
import { openPanelAuth, type PanelAuth } from './auth/panel-auth.ts'
import { openSecretBox } from './auth/secret-box.ts'
import { prepareJobs } from './background/operation-worker.ts'
import { ConsoleSeats } from './console/console-seats.ts'
import { openCertificateAuthority, type CertificateAuthority } from './host/certificate-authority.ts'
import { noLiveFigures } from './metrics/live-figures.ts'
import { makePrometheusPage, type PrometheusPage } from './metrics/prometheus.ts'
import { ensureFirstNetworks } from './network/network-repo.ts'
import { OperationService } from './operation/operation-service.ts'
import type { Panel } from './trpc/panel.ts'
import { AppError } from '@berth/core/errors/app-error'
import { createPrismaClient } from '@berth/prisma/client'
import { migrate } from '@berth/prisma/migrate'

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
  const operations = new OperationService(db)
  const panel: Panel = {
    db,
    log,
    secretBox: await openSecretBox(dataDir),
    live: noLiveFigures,
    agents: {
      link: () => {
        throw new AppError('HOST_UNREACHABLE', `${hostname()} has no line to that host.`)
      },
    },
    operations,
    events: { stream: async function* () {} },
  }
  const seats = new ConsoleSeats()
  const prometheus = makePrometheusPage({ db, openConsoles: () => seats.open })
  const opened = stack.move()
  return {
    panel,
    auth,
    authority,
    seats,
    prometheus,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
