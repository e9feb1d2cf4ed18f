/**
 * A Berth over simulated hosts, as `./berth demo` starts it: database, panel, and one process with all the agents. Everything
 * lies in a folder that goes with it.
 */
import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { access, chmod, mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { fleetFiles, fleetHostName } from '@berth/core/agent-contract/fleet-plan'
import { panelMemoryEnv, panelNodeArgs, simulationNodeArgs } from '@berth/launcher/src/keeping/node-memory.ts'
import { pickPortRange } from '@berth/launcher/src/system/port-range.ts'
import { startEmbeddedPostgres } from '@berth/prisma/embedded-postgres'
import { z } from 'zod'
import { makeBenchFolder } from '../measure/bench-folder.ts'
import { freeTcpPort } from '../measure/free-tcp-port.ts'
import { atLast, signalIfThere } from '../measure/last-rites.ts'
import { startProgram, until } from '../measure/started-program.ts'
import { PanelClient } from './panel-calls.ts'

const root = resolve(import.meta.dirname, '../../..')
const run = promisify(execFile)
/** Of a hundred hosts that join and come online on a small computer. */
const timeoutMs = 600_000
/** As in the demo. */
const samplesPerRound = 1_000

export interface FleetSize {
  readonly hosts: number
  readonly vmsPerHost: number
  /** Each machine is sampled in one of so many rounds of 2 s. Default: as in the demo, rarer the more there are. */
  readonly sampleEveryRounds?: number
}

export interface FleetWorld extends AsyncDisposable {
  readonly dir: string
  readonly panel: PanelClient
  readonly panelPid: number
  readonly simulationPid: number
}

const countsSchema = z.object({ total: z.number(), states: z.record(z.string(), z.number()) })

/** All machines are there, and none is unknown any more. */
export async function openFleetWorld(size: FleetSize): Promise<FleetWorld> {
  const { hosts, vmsPerHost } = size
  const sampleEveryRounds = size.sampleEveryRounds ?? Math.ceil((hosts * vmsPerHost) / samplesPerRound)
  await using stack = new AsyncDisposableStack()
  const dir = await makeBenchFolder()
  stack.defer(() => rm(dir, { recursive: true, force: true }))
  stack.defer(atLast(() => rmSync(dir, { recursive: true, force: true })))
  await chmod(dir, 0o711)
  const folders = { data: join(dir, 'data'), hosts: join(dir, 'hosts'), run: join(dir, 'r') }
  for (const folder of Object.values(folders)) await mkdir(folder, { mode: 0o711 })
  const database = stack.use(await startEmbeddedPostgres({ dir: join(dir, 'database') }))
  stack.defer(atLast(() => signalIfThere(database.pid, 'SIGQUIT')))
  const panelEnv = {
    ...panelMemoryEnv,
    BERTH_DATA: folders.data,
    BERTH_PORT: String(await freeTcpPort()),
    DATABASE_URL: database.url,
    NODE_ENV: 'production',
  }
  const origin = `http://127.0.0.1:${panelEnv.BERTH_PORT}`
  const panelProcess = stack.use(
    await startProgram({
      argv: [process.execPath, ...panelNodeArgs, join(root, 'apps/web/server/main.ts')],
      ...{ env: panelEnv, cwd: root, logPath: join(dir, 'panel.log') },
    }),
  )
  await until('the panel is ready', async () => (await answers(`${origin}/readyz`)) || undefined)
  const cli = async (...args: string[]): Promise<string> => {
    const argv = [join(root, 'apps/web/server/cli.ts'), ...args]
    return (await run(process.execPath, argv, { cwd: root, env: { ...process.env, ...panelEnv } })).stdout.trim()
  }
  await cli('demo', 'prepare', '--hosts', String(hosts), '--out', folders.hosts)
  const panel = new PanelClient(origin, await cli('token', 'create', '--name', 'bench'))
  const simulation = stack.use(
    await startProgram({
      argv: [process.execPath, ...simulationNodeArgs, join(root, 'apps/agent/src/main.ts'), '--sim'],
      env: {
        BERTH_AGENT_DATA: folders.hosts,
        BERTH_AGENT_RUN: folders.run,
        BERTH_AGENT_LISTEN: `127.0.0.1:${await pickPortRange(hosts)}`,
        BERTH_PANEL_URL: origin,
        BERTH_SIM_HOSTS: String(hosts),
        BERTH_SIM_VMS: String(vmsPerHost),
        BERTH_SIM_PLAN: join(folders.hosts, fleetFiles.plan),
        BERTH_SIM_SAMPLE_EVERY: String(sampleEveryRounds),
        LOG_LEVEL: 'warn',
        NODE_ENV: 'production',
      },
      ...{ cwd: root, logPath: join(dir, 'simulation.log') },
    }),
  )
  const last = join(folders.hosts, fleetHostName(hosts - 1), fleetFiles.machines)
  await until('all hosts have joined', async () => (await isThere(last)) || undefined, { timeoutMs })
  await cli('demo', 'fill', '--from', folders.hosts)
  const areKnown = async (): Promise<true | undefined> => {
    const { total, states } = await panel.query('vm.counts', {}, countsSchema)
    return (total === hosts * vmsPerHost && (states['unknown'] ?? 0) === 0) || undefined
  }
  await until('all machines are known', areKnown, { timeoutMs, everyMs: 1_000 })
  const kept = stack.move()
  return {
    ...{ dir, panel, panelPid: panelProcess.pid, simulationPid: simulation.pid },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    // Refused: it is starting.
    return false
  }
}
