import { spawn } from 'node:child_process'
import { open } from 'node:fs/promises'
import { serviceEnv } from '../data/env.ts'
import type { House } from './house.ts'
import { LauncherError } from '../terminal/launcher-error.ts'
import { root } from '../data/data-paths.ts'
import { requireProgram } from '../system/linux-system.ts'
import { endProcess, findMarked, identify, type ProcessIdentity } from '../system/living-process.ts'
import { markerOf } from './running-services.ts'
import type { Service } from './kept-service.ts'

export interface NodeServiceOptions {
  name: string
  /** Absolute path of its main module. */
  entry: string
  nodeArgs?: readonly string[]
  /** After its main module. */
  args?: readonly string[]
  dataDir: string
  logPath: string
  /** The network namespace that it lives in; null or absent for this computer's own. */
  namespace?: string | null
  /** Through which it can pass connections to others; undefined for none. */
  house?: House | undefined
  /** Its environment; made anew for each start, after whatever it has to wait for. */
  env(signal: AbortSignal): Promise<Record<string, string>>
}

const stopGraceMs = 15_000

/**
 * A Node process in a session of its own: it outlives the supervisor, and its successor finds it again by a marker in its
 * environment, so that a crash between spawning and taking notes cannot double it. Its log is a file, not a pipe, because
 * a pipe would break with the supervisor.
 */
export function nodeService(options: NodeServiceOptions): Service {
  const { name, entry, dataDir, logPath } = options
  const marker = markerOf(dataDir, name, entry)
  return {
    name,
    logPath,
    async ensure(signal) {
      const running = await findMarked(marker)
      if (running) return running
      const env = await options.env(signal)
      return startProcess(options, { ...env, BERTH_SUPERVISED: marker.value })
    },
    async stop() {
      const running = await findMarked(marker)
      if (running) await endProcess(running, stopGraceMs)
    },
  }
}

async function startProcess(options: NodeServiceOptions, env: Record<string, string>): Promise<ProcessIdentity> {
  const { name, house, namespace } = options
  await using log = await open(options.logPath, 'a', 0o600)
  const node = [process.execPath, ...(options.nodeArgs ?? []), options.entry, ...(options.args ?? [])]
  // ip(8) gives it a /sys that shows its own links, and becomes it: same pid, same channel to us.
  const argv = typeof namespace !== 'string' ? node : [await requireProgram('ip'), 'netns', 'exec', namespace, ...node]
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    cwd: root,
    detached: true,
    stdio: house ? ['ignore', log.fd, log.fd, 'ipc'] : ['ignore', log.fd, log.fd],
    env: serviceEnv({ ...env, ...house?.environmentOf(name) }),
  })
  child.unref()
  house?.takeIn(name, child)
  const { pid } = child
  const identity = pid === undefined ? undefined : await identify(pid)
  if (!identity) throw new LauncherError(`${name} ended at once; see ${options.logPath}`)
  return identity
}
