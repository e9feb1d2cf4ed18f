/** The panel without its server, for the command line: the same rows, the same tasks; whichever panel runs does the work. */
import { joinRequestSchema } from '@berth/core/agent-contract/join'
import { imageHintsSchema } from '@berth/core/image/image'
import { AppError } from '@berth/core/errors/app-error'
import { createPrismaClient, type PrismaClient } from '@berth/prisma/client'
import { createApiToken } from './auth/api-token-repo.ts'
import { firstAdminEmail } from './auth/first-admin.ts'
import { writeSecretFile } from './auth/secret-files.ts'
import { createJoinToken, setHostPort } from './host/join-repo.ts'
import { chooseImageHost } from './image/image-repo.ts'
import { registerIncomingImage } from './image/import-image.ts'
import { placeIncomingFile } from './image/incoming-file.ts'
import { OperationService } from './operation/operation-service.ts'
import type { Caller } from './trpc/caller.ts'
import { findUserByEmail } from './user/user-repo.ts'

const portSchema = joinRequestSchema.shape.port

export interface ImageRegistration {
  readonly name: string
  /** A file on this computer, or the bare name of one that lies in the host's incoming folder already. */
  readonly file: string | undefined
  readonly incoming: string | undefined
  readonly hints: unknown
}

/** Each answers what is printed. */
export interface CliPanel extends AsyncDisposable {
  /** `lifeMs` null: it never expires. */
  createToken(wish: { name: string; lifeMs: number | null; email: string | undefined }): Promise<string>
  writeJoinToken(wish: { hostName: string; path: string }): Promise<string>
  /** For an agent on this computer that listens elsewhere now. A host that has not joined yet tells its port itself. */
  setHostPort(wish: { hostName: string; port: number }): Promise<string>
  registerImage(registration: ImageRegistration): Promise<string>
}

export async function openCliPanel(options: { databaseUrl: string }): Promise<CliPanel> {
  const db = createPrismaClient({ databaseUrl: options.databaseUrl, poolSize: 2 })
  return {
    async createToken({ name, lifeMs, email }) {
      const userId = await requireUser(db, email)
      const expiresAt = lifeMs === null ? null : new Date(Date.now() + lifeMs)
      return (await createApiToken(db, { userId, name, expiresAt })).token
    },
    async writeJoinToken({ hostName, path }) {
      await writeSecretFile(path, await createJoinToken(db, { hostName, createdById: null }))
      return path
    },
    async setHostPort({ hostName, port }) {
      await setHostPort(db, { name: hostName, port: portSchema.parse(port) })
      return hostName
    },
    async registerImage({ name, file, incoming, hints }) {
      const fileName = incoming ?? (await bring(db, file))
      const caller = await cliCaller(db)
      const image = { name, fileName, hints: imageHintsSchema.parse(hints) }
      const { imageId } = await registerIncomingImage({ db, operations: new OperationService(db) }, caller, image)
      return imageId
    },
    [Symbol.asyncDispose]: () => db.$disconnect(),
  }
}

async function requireUser(db: PrismaClient, email = firstAdminEmail): Promise<string> {
  const userId = await findUserByEmail(db, email)
  if (userId === null) throw new AppError('OBJECT_NOT_FOUND', `There is no user ${email}.`)
  return userId
}

async function cliCaller(db: PrismaClient): Promise<Caller> {
  const userId = await requireUser(db)
  const identity = { userId, name: 'Command line', email: firstAdminEmail, role: 'admin' } as const
  return { kind: 'token', tokenId: '', tokenName: 'command line', ...identity }
}

async function bring(db: PrismaClient, file: string | undefined): Promise<string> {
  if (file === undefined) throw new AppError('INPUT_INVALID', 'Name the image with --file or --incoming.')
  const { poolPath } = await chooseImageHost(db, null)
  return placeIncomingFile(file, poolPath)
}
