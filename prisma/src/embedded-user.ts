import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { AppError } from '@berth/core/errors/app-error'

const run = promisify(execFile)

export const postgresUserName = 'berth-postgres'

export interface PostgresUser {
  uid: number
  gid: number
}

/**
 * Whom the server runs as: undefined for "as ourselves", or, as root (which PostgreSQL refuses), a system user.
 *
 * It is a user of its own, made when missing, and not `nobody`: whatever else runs as nobody could read and signal the
 * database. Throws DATABASE_UNAVAILABLE with the command to run by hand when it cannot be made.
 */
export async function choosePostgresUser(): Promise<PostgresUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const known = await lookUp()
  if (known) return known
  const args = [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/usr/sbin/nologin',
  ]
  let cause: unknown
  try {
    await run('useradd', [...args, postgresUserName], { timeout: 10_000 })
  } catch (error) {
    // Two starters may race for the user: only its absence afterwards is a failure.
    cause = error
  }
  const made = await lookUp()
  if (made) return made
  throw new AppError('DATABASE_UNAVAILABLE', `The system user ${postgresUserName} could not be made`, {
    cause,
    details: { command: ['useradd', ...args, postgresUserName].join(' ') },
  })
}

async function lookUp(): Promise<PostgresUser | undefined> {
  try {
    const [uid, gid] = await Promise.all([
      run('id', ['-u', postgresUserName], { timeout: 10_000 }),
      run('id', ['-g', postgresUserName], { timeout: 10_000 }),
    ])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  } catch {
    // `id` ends with 1 for a user that does not exist.
    return undefined
  }
}
