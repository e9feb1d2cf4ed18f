/**
 * A Berth of the benchmark's own: database, panel and agent as the processes that `./berth up` starts, in a folder that
 * goes with it. Durable as in production; the only differences are the folder and free ports. The benchmark stands in the
 * supervisor's place, with the supervisor's own way to pass connections between the two.
 */
import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { chmod, mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { imageViewSchema } from '@berth/core/image/image'
import { networkViewSchema } from '@berth/core/network/network'
import { House } from '@berth/launcher/src/keeping/house.ts'
import { agentNodeArgs, panelMemoryEnv, panelNodeArgs } from '@berth/launcher/src/keeping/node-memory.ts'
import { startEmbeddedPostgres } from '@berth/prisma/embedded-postgres'
import { z } from 'zod'
import { makeBenchFolder } from '../measure/bench-folder.ts'
import { freeTcpPort } from '../measure/free-tcp-port.ts'
import { atLast, signalIfThere } from '../measure/last-rites.ts'
import { startProgram, until, type StartedProgram } from '../measure/started-program.ts'
import { BenchMachines } from './bench-machines.ts'
import { PanelClient } from './panel-calls.ts'

const root = resolve(import.meta.dirname, '../../..')
const run = promisify(execFile)

export interface BerthWorld extends AsyncDisposable {
  readonly dir: string
  readonly panel: PanelClient
  readonly machines: BenchMachines
  readonly panelPid: number
  /** Another panel on the same database, without a supervisor: to it the agent is as far as one on another host. */
  openFarPanel(): Promise<FarPanel>
  agentPid(): number
  /** Starts the agent where it was killed; resolves with its process. `onLine` hears its log from the first line. */
  startAgent(onLine?: (line: string) => void): Promise<StartedProgram>
  agent(): StartedProgram
}

export interface FarPanel extends AsyncDisposable {
  readonly panel: PanelClient
  readonly pid: number
}

const hostsSchema = z.object({ items: z.array(z.object({ hostId: z.string(), state: z.string() })) })
const imagesSchema = z.object({ items: z.array(imageViewSchema) })
const networksSchema = z.object({ items: z.array(networkViewSchema) })

export async function openBerthWorld(): Promise<BerthWorld> {
  await using stack = new AsyncDisposableStack()
  const dir = await makeBenchFolder()
  stack.defer(() => rm(dir, { recursive: true, force: true }))
  stack.defer(atLast(() => rmSync(dir, { recursive: true, force: true })))
  await chmod(dir, 0o711)
  const folders = { data: join(dir, 'data'), agent: join(dir, 'host'), run: join(dir, 'r') }
  for (const folder of Object.values(folders)) await mkdir(folder, { mode: 0o711 })

  const database = stack.use(await startEmbeddedPostgres({ dir: join(dir, 'database') }))
  stack.defer(atLast(() => signalIfThere(database.pid, 'SIGQUIT')))
  const house = new House()
  const envOfPanel = async () => ({
    ...panelMemoryEnv,
    BERTH_DATA: folders.data,
    BERTH_PORT: String(await freeTcpPort()),
    DATABASE_URL: database.url,
    NODE_ENV: 'production',
  })
  const panelEnv = await envOfPanel()
  const origin = `http://127.0.0.1:${panelEnv.BERTH_PORT}`
  const panelProcess = stack.use(
    await startProgram({
      argv: [process.execPath, ...panelNodeArgs, join(root, 'apps/web/server/main.ts')],
      env: { ...panelEnv, ...house.environmentOf('panel') },
      ...{ cwd: root, logPath: join(dir, 'panel.log'), hasChannel: true },
    }),
  )
  house.takeIn('panel', panelProcess.child)
  await until('the panel is ready', async () => (await answers(`${origin}/readyz`)) || undefined)
  const cli = async (...args: string[]): Promise<string> => {
    const argv = [join(root, 'apps/web/server/cli.ts'), ...args]
    return (await run(process.execPath, argv, { cwd: root, env: { ...process.env, ...panelEnv } })).stdout.trim()
  }
  const tokenFile = join(dir, 'join-token')
  await cli('join-token', 'create', '--host', 'bench', '--out', tokenFile)
  const panel = new PanelClient(origin, await cli('token', 'create', '--name', 'bench'))

  const agentEnv = {
    BERTH_AGENT_DATA: folders.agent,
    BERTH_AGENT_RUN: folders.run,
    BERTH_AGENT_NAME: 'bench',
    BERTH_AGENT_LISTEN: `127.0.0.1:${await freeTcpPort()}`,
    BERTH_PANEL_URL: origin,
    BERTH_JOIN_TOKEN_FILE: tokenFile,
    NODE_ENV: 'production',
  }
  const running: { agent: StartedProgram | undefined } = { agent: undefined }
  const startAgent = async (onLine?: (line: string) => void): Promise<StartedProgram> => {
    running.agent = await startProgram({
      argv: [process.execPath, ...agentNodeArgs, join(root, 'apps/agent/src/main.ts')],
      env: { ...agentEnv, ...house.environmentOf('agent') },
      ...{ cwd: root, logPath: join(dir, 'agent.log'), hasChannel: true, ...(onLine && { onLine }) },
    })
    house.takeIn('agent', running.agent.child)
    return running.agent
  }
  stack.defer(async () => running.agent?.end())
  await startAgent()
  const agent = (): StartedProgram => {
    if (running.agent === undefined) throw new Error('no agent runs')
    return running.agent
  }
  await until('the host is online', async () => {
    const { items } = await panel.query('host.list', {}, hostsSchema)
    return items.some((host) => host.state === 'online') || undefined
  })
  const blank = join(dir, 'blank.qcow2')
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', blank, '64M'])
  await cli('image', 'register', '--file', blank, '--name', 'blank')
  const image = await until('the image is ready', async () => {
    const { items } = await panel.query('image.list', {}, imagesSchema)
    return items.find(({ state }) => state === 'ready')
  })
  const { items: networks } = await panel.query('network.list', {}, networksSchema)
  const network = networks.find(({ kind }) => kind === 'user')
  if (network === undefined) throw new Error('there is no user-mode network')
  const machines = stack.use(
    new BenchMachines({ panel, runRoot: folders.run, imageId: image.imageId, networkId: network.networkId }),
  )
  const openFarPanel = async (): Promise<FarPanel> => {
    const env = await envOfPanel()
    const far = await startProgram({
      argv: [process.execPath, ...panelNodeArgs, join(root, 'apps/web/server/main.ts')],
      ...{ env, cwd: root, logPath: join(dir, 'far-panel.log') },
    })
    const farOrigin = `http://127.0.0.1:${env.BERTH_PORT}`
    await until('the far panel is ready', async () => (await answers(`${farOrigin}/readyz`)) || undefined)
    return {
      panel: new PanelClient(farOrigin, panel.token),
      pid: far.pid,
      [Symbol.asyncDispose]: () => far.end(),
    }
  }
  const kept = stack.move()
  return {
    ...{ dir, panel, machines, openFarPanel, startAgent, agent },
    panelPid: panelProcess.pid,
    agentPid: () => agent().pid,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    // Refused: it is starting.
    return false
  }
}
