/**
 * One agent per data directory. The lock is SQLite's, because that is an fcntl lock: the kernel lets it go when the
 * process ends in whatever way, so that nothing stale is ever left, and no pid has to be guessed about.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '@berth/core/errors/app-error'

/** Holds the lock until disposed, or until the process ends. Throws INTERNAL when another agent has it. */
export function lockDataDir(dataDir: string): Disposable {
  // 0711: the machines' unprivileged users pass through to their disks.
  mkdirSync(dataDir, { recursive: true, mode: 0o711 })
  const lock = new DatabaseSync(join(dataDir, 'agent.lock'))
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    throw new AppError('INTERNAL', `Another agent works with ${dataDir} already`, { cause: error })
  }
  return { [Symbol.dispose]: () => lock.close() }
}
