/** A panel's operations on a real database, over one host in memory. */
import { pino, type Logger } from 'pino'
import { newUuid } from '@berth/core/ids/ids'
import { createTestDatabase } from '@berth/prisma/test-database'
import type { PrismaClient } from '@berth/prisma/client'
import { makeSecretBox } from '../../auth/secret-box.ts'
import { OperationHolder } from '../../background/operation-holder.ts'
import { prepareJobs } from '../../background/operation-worker.ts'
import { PanelDrainRecords } from '../../maintenance/panel-drain-records.ts'
import { PanelMoveRecords } from '../../migration/panel-move-records.ts'
import { PrismaImageRecords } from '../../workflows/image-records-repo.ts'
import type { WorkflowContext } from '../../workflows/ports.ts'
import { FakeHost } from '../../workflows/testing/fake-host.ts'
import { PrismaPoolRecords } from '../../workflows/pool-records-repo.ts'
import { PrismaVmRecords } from '../../workflows/vm-records-repo.ts'
import { OperationService } from '../operation-service.ts'
import type { OperationActor } from '../operation-actor.ts'
import { makeTestSpec } from './make-test-spec.ts'
import { insertTestHost, insertTestUser, insertTestVm } from './operation-fixture-repo.ts'

export interface OperationWorld extends AsyncDisposable {
  readonly db: PrismaClient
  readonly databaseUrl: string
  readonly host: FakeHost
  readonly actor: OperationActor
  readonly operations: OperationService
  readonly context: WorkflowContext
  readonly log: Logger
  newHolder(owner: string): OperationHolder
  addVm(options?: { lifecycle?: 'creating' | 'present'; name?: string }): Promise<string>
}

export const silentLog = pino({ level: 'silent' })

export async function makeOperationWorld(): Promise<OperationWorld> {
  const database = await createTestDatabase()
  const { prisma: db, databaseUrl } = database
  await prepareJobs(databaseUrl, silentLog)
  const host = new FakeHost()
  const userId = await insertTestUser(db)
  await insertTestHost(db, host.hostId)
  const box = makeSecretBox(new Uint8Array(32))
  const context: WorkflowContext = {
    link: () => host,
    vms: new PrismaVmRecords(db, box),
    images: new PrismaImageRecords(db),
    pools: new PrismaPoolRecords(db),
    drains: new PanelDrainRecords(db),
    moves: new PanelMoveRecords({ db, box, log: silentLog, tellEnded: () => undefined }),
  }
  return {
    db,
    databaseUrl,
    host,
    context,
    log: silentLog,
    actor: { key: `user:${userId}`, userId, name: 'Ada', via: 'session' },
    operations: new OperationService(db),
    newHolder: (owner) => new OperationHolder({ db, context, log: silentLog, owner }),
    addVm: async ({ lifecycle = 'present', name = 'web-1' } = {}) => {
      const vmId = newUuid()
      const spec = makeTestSpec(name)
      await insertTestVm(db, { vmId, ownerId: userId, hostId: host.hostId, spec, lifecycle })
      if (lifecycle === 'present') host.vms.set(vmId, { revision: 1, isOn: false, isPaused: false, starts: 0 })
      return vmId
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}
