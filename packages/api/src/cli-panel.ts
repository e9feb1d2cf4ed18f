/** The panel without its server, for the command line: the same rows, the same tasks; whichever panel runs does the work. */
import { setTimeout as pause } from 'node:timers/promises'
import { joinRequestSchema } from '@berth/core/agent-contract/join'
import { imageHintsSchema } from '@berth/core/image/image'
import { AppError } from '@berth/core/errors/app-error'
import { defaultPoolName } from '@berth/core/storage/volume'
import { createPrismaClient, type PrismaClient } from '@berth/prisma/client'
import { insertAudit, type AuditEntry } from './audit/audit-repo.ts'
import { createApiToken } from './auth/api-token-repo.ts'
import { newPassword } from './auth/passwords.ts'
import { writeSecretFile } from './auth/secret-files.ts'
import { fillDemo } from './demo/fill-demo-repo.ts'
import { prepareDemo, type DemoWish } from './demo/prepare-demo-repo.ts'
import { openJoinDesk } from './host/join-desk.ts'
import { insertJoinToken, setHostPort } from './host/join-repo.ts'
import { chooseImageHost } from './image/image-repo.ts'
import { registerIncomingImage } from './image/import-image.ts'
import { placeIncomingFile } from './image/incoming-file.ts'
import { isOperationEnded } from '@berth/core/operation/operation-ended'
import { OperationService } from './operation/operation-service.ts'
import type { Caller } from './trpc/caller.ts'
import { resetPassword } from './user/user-access-repo.ts'
import { findOldestAdmin, findUserByEmail } from './user/user-repo.ts'

const { port: portSchema, address: addressSchema } = joinRequestSchema.shape

export interface ImageRegistration {
  readonly name: string
  /** A file on this computer, or the bare name of one that lies in the host's incoming folder already. */
  readonly file: string | undefined
  readonly incoming: string | undefined
  readonly hints: unknown
  /** Until it is ready to use; throws why it is not. */
  readonly waits: boolean
}

/** Each answers what is printed. */
export interface CliPanel extends AsyncDisposable {
  /** `lifeMs` null: it never expires. */
  createToken(wish: { name: string; lifeMs: number | null; email: string | undefined }): Promise<string>
  writeJoinToken(wish: { hostName: string; path: string }): Promise<string>
  /** For an agent on this computer that listens elsewhere now. A host that has not joined yet tells its port itself. */
  setHostPort(wish: { hostName: string; port: number; address: string | undefined }): Promise<string>
  registerImage(registration: ImageRegistration): Promise<string>
  /** For an administrator who has lost his: a password that works once. */
  resetPassword(wish: { email: string }): Promise<string>
  /** For a fleet of simulated hosts: what they join with. */
  prepareDemo(wish: DemoWish): Promise<string>
  /** And the machines that they have. */
  fillDemo(wish: { folder: string }): Promise<string>
}

export async function openCliPanel(options: { databaseUrl: string; dataDir: string }): Promise<CliPanel> {
  const db = createPrismaClient({ databaseUrl: options.databaseUrl, poolSize: 2 })
  return {
    async createToken({ name, lifeMs, email }) {
      const { userId } = await requireUser(db, email)
      const expiresAt = lifeMs === null ? null : new Date(Date.now() + lifeMs)
      const { tokenId, token } = await createApiToken(db, { userId, name, expiresAt })
      await insertAudit(db, recordOf('token.create', { targetKind: 'token', targetId: tokenId, targetName: name }))
      return token
    },
    async writeJoinToken({ hostName, path }) {
      const desk = await openJoinDesk(options.dataDir)
      const { tokenId } = await insertJoinToken(db, { hostName, createdById: null })
      await writeSecretFile(path, desk.tokenOf(tokenId))
      return path
    },
    async setHostPort({ hostName, port, address }) {
      const place = { port: portSchema.parse(port), address: addressSchema.optional().parse(address) }
      await setHostPort(db, { name: hostName, ...place })
      return hostName
    },
    async registerImage({ name, file, incoming, hints, waits }) {
      const fileName = incoming ?? (await bring(db, file))
      const caller = await cliCaller(db)
      const image = { name, fileName, hints: imageHintsSchema.parse(hints) }
      const panel = { db, operations: new OperationService(db) }
      const { imageId, operationId } = await registerIncomingImage(panel, caller, image)
      const target = { targetKind: 'image', targetId: imageId, targetName: name }
      if (operationId !== null) await insertAudit(db, { ...recordOf('image.register', target), operationId })
      if (waits && operationId !== null) await untilSucceeded(panel.operations, operationId)
      return imageId
    },
    async resetPassword({ email }) {
      const { userId } = await requireUser(db, email)
      const password = newPassword()
      await resetPassword(db, userId, password)
      await insertAudit(db, recordOf('user.resetPassword', { targetKind: 'user', targetId: userId, targetName: email }))
      return password
    },
    async prepareDemo(wish) {
      await prepareDemo(db, await openJoinDesk(options.dataDir), wish)
      return wish.folder
    },
    fillDemo: async ({ folder }) => String(await fillDemo(db, folder)),
    [Symbol.asyncDispose]: () => db.$disconnect(),
  }
}

/** Without an email: the administrator who has been there longest, since the first one may have another email by now. */
async function requireUser(db: PrismaClient, email?: string): Promise<{ userId: string; email: string }> {
  const user = await (email === undefined ? findOldestAdmin(db) : findUserByEmail(db, email))
  if (user === null) throw new AppError('OBJECT_NOT_FOUND', `There is no user ${email ?? 'who administers'}.`)
  if (user.isDisabled) throw new AppError('ACCOUNT_DISABLED', `The user ${user.email} is disabled.`)
  return user
}

/** Of a file that is on this host already. */
const importMs = 120_000
const lookMs = 200

/** Throws as the task failed, and TIMEOUT where no worker is at it. */
async function untilSucceeded(operations: OperationService, operationId: string): Promise<void> {
  for (const deadline = Date.now() + importMs; Date.now() < deadline; await pause(lookMs)) {
    const { status, title, error } = await operations.get(operationId, null)
    if (status === 'succeeded') return
    if (isOperationEnded(status))
      throw new AppError(error?.code ?? 'COMMAND_FAILED', error?.message ?? `${title}: ${status}.`)
  }
  throw new AppError('TIMEOUT', `The image is not ready after ${importMs / 1_000} s; its task goes on.`)
}

/** Who sits at this computer is not known; what was done is. */
const recordOf = (
  procedure: string,
  target: Pick<AuditEntry, 'targetKind' | 'targetId' | 'targetName'>,
): AuditEntry => ({
  ...{ actorUserId: null, actorName: 'Command line', via: 'system', viaId: null, ip: null },
  ...{ procedure, operationId: null, outcome: 'ok', errorCode: null },
  ...target,
})

async function cliCaller(db: PrismaClient): Promise<Caller> {
  const { userId, email } = await requireUser(db)
  const identity = { userId, name: 'Command line', email, role: 'admin' } as const
  return { kind: 'token', tokenId: '', tokenName: 'command line', ...identity }
}

async function bring(db: PrismaClient, file: string | undefined): Promise<string> {
  if (file === undefined) throw new AppError('INPUT_INVALID', 'Name the image with --file or --incoming.')
  const { poolPath } = await chooseImageHost(db, { hostId: null, pool: defaultPoolName })
  return placeIncomingFile(file, poolPath)
}
