/** A panel on a database and a data folder of its own, with an administrator and two users, for component tests. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { createTestDatabase } from '@berth/prisma/test-database'
import { openPanelProcess, type PanelProcess } from '../panel-process.ts'
import { createCaller } from '../root.ts'
import type { Caller, Role } from '../trpc/caller.ts'
import { createUser } from '../user/user-repo.ts'

export const testPassword = 'correct horse battery'

export interface TestPanel extends AsyncDisposable {
  readonly process: PanelProcess
  readonly dataDir: string
  readonly databaseUrl: string
  readonly admin: Caller
  readonly ada: Caller
  readonly bob: Caller
  /** Procedures as this caller, from a page of the panel's own. */
  as(caller: Caller | null): ReturnType<typeof createCaller>
}

export interface TestPanelOptions {
  /** Of a server of the test's own, which it means to harm. Default: a database of the run's. */
  readonly databaseUrl?: string
  /** True: it also runs operations and watches hosts. Default: it only answers. */
  readonly isWorking?: boolean
}

export async function openTestPanel(options: TestPanelOptions = {}): Promise<TestPanel> {
  const { isWorking = false } = options
  await using stack = new AsyncDisposableStack()
  const databaseUrl = options.databaseUrl ?? stack.use(await createTestDatabase()).databaseUrl
  const dataDir = await mkdtemp(join(tmpdir(), 'berth-panel-'))
  stack.defer(() => rm(dataDir, { recursive: true, force: true }))
  const log = pino({ level: 'silent' })
  const panelProcess = stack.use(await openPanelProcess({ dataDir, databaseUrl, publicUrl: undefined, log, isWorking }))
  const { panel } = panelProcess
  const add = async (name: string, role: Role): Promise<Caller> => {
    const email = `${name}@example.test`
    const userId = await createUser(panel.db, { email, name, role, password: testPassword })
    if (userId === null) throw new Error(`${email} exists`)
    return { kind: 'session', sessionId: userId, mustChangePassword: false, userId, name, email, role }
  }
  const people = { admin: await add('root', 'admin'), ada: await add('ada', 'user'), bob: await add('bob', 'user') }
  const opened = stack.move()
  return {
    process: panelProcess,
    dataDir,
    databaseUrl,
    ...people,
    as: (caller) =>
      createCaller({
        ...{ panel, caller, ip: null, requestId: 'test', isSameOrigin: true, notes: {} },
        panelUrl: 'http://panel.test:7400',
      }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
