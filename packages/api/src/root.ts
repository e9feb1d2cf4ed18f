/** All procedures of the panel. The browser imports `type AppRouter` and nothing else of this package. */
import { auditRouter } from './audit/audit-router.ts'
import { tokenRouter } from './auth/token-router.ts'
import { consoleRouter } from './console/console-router.ts'
import { eventsRouter } from './events/events-router.ts'
import { hostRouter } from './host/host-router.ts'
import { imageRouter } from './image/image-router.ts'
import { maintenanceRouter } from './maintenance/maintenance-router.ts'
import { networkRouter } from './network/network-router.ts'
import { operationRouter } from './operation/operation-router.ts'
import { poolRouter } from './pool/pool-router.ts'
import { t } from './trpc/init.ts'
import { userRouter } from './user/user-router.ts'
import { vmRouter } from './vm/vm-router.ts'

export const appRouter = t.router({
  audit: auditRouter,
  console: consoleRouter,
  events: eventsRouter,
  host: hostRouter,
  image: imageRouter,
  maintenance: maintenanceRouter,
  network: networkRouter,
  operation: operationRouter,
  pool: poolRouter,
  token: tokenRouter,
  user: userRouter,
  vm: vmRouter,
})
export type AppRouter = typeof appRouter

export const createCaller = t.createCallerFactory(appRouter)
