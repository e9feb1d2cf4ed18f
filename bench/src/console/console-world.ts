/**
 * The whole way of a console, with nothing left out but the browser's drawing and QEMU's. To an agent of the same supervisor:
 * load generator → panel (ticket), which passes the connection on; then load generator ⇄ agent (WebSocket) ⇄ unix socket ⇄
 * synthetic screen. To one on another host: load generator ⇄ panel (splice) ⇄ mutual TLS ⇄ agent, and on. And websockify before
 * the same screen.
 *
 * The machine is real and paused. Its VNC socket's file is replaced by the synthetic screen's, which the agent, dialling by
 * path for each viewer, cannot tell.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { openBerthWorld, type BerthWorld } from '../berth/berth-world.ts'
import type { PanelClient } from '../berth/panel-calls.ts'
import { cpuMsOf, sum, withDescendants } from '../measure/process-cost.ts'
import { startProgram } from '../measure/started-program.ts'
import { startWebsockify, type Websockify } from '../peers/websockify.ts'
import { openBrowsers, type Browsers } from './browsers.ts'
import type { ViewerTarget } from './viewer.ts'

export interface ConsoleSide {
  readonly name: string
  /** A fresh viewer's address; for Berth with a ticket of its own. */
  target(): Promise<ViewerTarget>
  pids(): number[]
}

export interface ConsoleWorld extends AsyncDisposable {
  readonly berth: BerthWorld
  readonly browsers: Browsers
  readonly ours: ConsoleSide
  readonly peer: ConsoleSide
  /** The same machine's consoles by a panel that has to splice. */
  openFarSide(): Promise<ConsoleSide>
}

const ticketSchema = z.object({ path: z.string() })

export async function openConsoleWorld(machineCount = 1): Promise<ConsoleWorld> {
  await using stack = new AsyncDisposableStack()
  const berth = stack.use(await openBerthWorld())
  const browsers = stack.use(openBrowsers())
  const vmIds = await berth.machines.createMany(machineCount, true)
  for (const vmId of vmIds) stack.use(await replaceScreen(join(berth.machines.runDir(vmId), 'vnc'), berth.dir))
  const ownScreen = join(berth.dir, 'screen')
  stack.use(await replaceScreen(ownScreen, berth.dir))
  const websockify = stack.use(await startWebsockify(ownScreen, join(berth.dir, 'websockify.log')))
  const kept = stack.move()
  return {
    ...{ berth, browsers, peer: peerSide(websockify) },
    ours: ownSide('ours', { panel: berth.panel, vmIds, pids: () => [berth.panelPid, berth.agentPid()] }),
    async openFarSide() {
      const { panel, pid } = kept.use(await berth.openFarPanel())
      return ownSide('far', { panel, vmIds, pids: () => [pid, berth.agentPid()] })
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

async function replaceScreen(path: string, dir: string): Promise<AsyncDisposable> {
  await rm(path, { force: true })
  const { promise: listening, resolve } = Promise.withResolvers<void>()
  const program = await startProgram({
    argv: [process.execPath, join(import.meta.dirname, 'synthetic-screen.ts'), path],
    logPath: join(dir, 'screen.log'),
    onLine: () => resolve(),
  })
  await listening
  return program
}

interface OwnSide {
  panel: PanelClient
  vmIds: readonly string[]
  pids: () => number[]
}

function ownSide(name: string, { panel, vmIds, pids }: OwnSide): ConsoleSide {
  const port = Number(new URL(panel.origin).port)
  let next = 0
  return {
    name,
    async target() {
      const vmId = vmIds[next++ % vmIds.length]
      const { path } = await panel.mutate('console.open', { vmId, kind: 'screen' }, ticketSchema)
      return { port, path }
    },
    pids,
  }
}

function peerSide({ port, program }: Websockify): ConsoleSide {
  return {
    name: 'peer',
    target: async () => ({ port, path: '/websockify' }),
    pids: () => withDescendants(program.pid),
  }
}

/** Opens `count` viewers, a few at a time: a ticket is good for 30 s, which a busy computer needs for a hundred of them. */
export async function openViewers(
  browsers: Browsers,
  side: ConsoleSide,
  opened: { group: string; count: number },
): Promise<void> {
  for (let left = opened.count; left > 0; left -= viewersAtOnce) {
    const wanted = Array.from({ length: Math.min(left, viewersAtOnce) }, () => side.target())
    await browsers.run({ kind: 'open', group: opened.group, viewers: await Promise.all(wanted) })
  }
}

const viewersAtOnce = 10

/** CPU of all of a side's processes; only while its viewers are open, for websockify's processes end with them. */
export const cpuOf = (side: ConsoleSide): number => sum(side.pids().map(cpuMsOf))
