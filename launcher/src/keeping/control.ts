/** Starting and stopping the supervisor with everything it keeps. */
import { spawn } from 'node:child_process'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { serviceEnv } from '../data/env.ts'
import { LauncherError } from '../terminal/launcher-error.ts'
import type { DataPaths } from '../data/data-paths.ts'
import { endProcess } from '../system/living-process.ts'
import { rotateLog } from '../system/log-rotation.ts'
import { servicesOf } from './services.ts'
import { readSettings } from '../data/settings.ts'
import { readSupervisor } from './supervisor-record.ts'

const startTimeoutMs = 15_000
/** Panel and agents get 15 s each, the database 30 s; then SIGKILL, and the next start recovers. */
const stopTimeoutMs = 90_000

export async function startSupervisor(paths: DataPaths): Promise<void> {
  const logPath = join(paths.logsDir, 'supervisor.log')
  await rotateLog(logPath)
  await using log = await open(logPath, 'a', 0o600)
  const child = spawn(process.execPath, [join(import.meta.dirname, 'supervisor.ts'), paths.dataDir], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: serviceEnv({}),
  })
  child.unref()
  const deadline = performance.now() + startTimeoutMs
  while (!(await readSupervisor(paths.supervisorRecord))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      throw new LauncherError(`The supervisor did not start; see ${logPath}`)
    }
    await delay(50)
  }
}

/** Stops everything that belongs to this data folder, also what a killed supervisor left behind. */
export async function stopAll(paths: DataPaths): Promise<void> {
  const supervisor = await readSupervisor(paths.supervisorRecord)
  if (supervisor) await endProcess(supervisor, stopTimeoutMs)
  const settings = await readSettings(paths.settings)
  if (!settings) return
  for (const service of servicesOf(settings, paths).toReversed()) await service.stop()
}
