/** Starts, stops and looks at a joined host's agent: a systemd service where systemd runs and we are root, else kept by us. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { open, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { agentUnitName, agentUnitText } from './agent-unit.ts'
import { serviceEnv } from '../data/env.ts'
import { joinedEnvironment, joinedService, readJoinedAgent, type JoinedPaths } from './joined-agent.ts'
import { LauncherError } from '../terminal/launcher-error.ts'
import { endProcess, findMarked } from '../system/living-process.ts'
import { rotateLog } from '../system/log-rotation.ts'
import { lastLines } from '../verbs/logs.ts'
import { runProgram, tryProgram } from '../system/run-program.ts'
import { agentNodeArgs } from '../keeping/node-memory.ts'
import { agentEntry, markerOf } from '../keeping/running-services.ts'
import { readSupervisor } from '../keeping/supervisor-record.ts'

const unitDir = '/etc/systemd/system'
const startTimeoutMs = 60_000
/** The agent gets 15 s to write its journal down. */
const stopTimeoutMs = 30_000

export const isUnderSystemd = (): boolean => process.getuid?.() === 0 && existsSync('/run/systemd/system')

/** Resolves when it listens. Throws LauncherError with the log's last lines. */
export async function startJoinedAgent(paths: JoinedPaths): Promise<void> {
  const agent = await readJoinedAgent(paths)
  await rotateLog(paths.log)
  if (isUnderSystemd()) await startUnit(paths)
  else if ((await readSupervisor(paths.base.supervisorRecord)) === undefined) await startKeeper(paths)
  const deadline = performance.now() + startTimeoutMs
  while (!(await answers(agent.listen))) {
    if (performance.now() > deadline) {
      const end = lastLines(await readFile(paths.log, 'utf8').catch(() => ''), 5)
      throw new LauncherError(`The agent does not listen on ${agent.listen}; the end of ${paths.log}:\n${end}`)
    }
    await delay(100)
  }
}

/** Machines run on. */
export async function stopJoinedAgent(paths: JoinedPaths): Promise<void> {
  const agent = await readJoinedAgent(paths)
  const unit = agentUnitName(paths.base.dataDir)
  if (isUnderSystemd() && existsSync(join(unitDir, unit))) await tryProgram(['systemctl', 'disable', '--now', unit])
  const keeper = await readSupervisor(paths.base.supervisorRecord)
  if (keeper) await endProcess(keeper, stopTimeoutMs)
  // What a killed keeper left behind.
  await joinedService(paths, agent).stop()
}

/** True while it listens. */
export async function isJoinedAgentUp(paths: JoinedPaths): Promise<boolean> {
  return answers((await readJoinedAgent(paths)).listen)
}

/** Whether it is this data folder's agent that runs, by whomever it is kept. */
export async function isJoinedAgentRunning(paths: JoinedPaths): Promise<boolean> {
  if (isUnderSystemd()) {
    const { status } = await tryProgram(['systemctl', 'is-active', '--quiet', agentUnitName(paths.base.dataDir)])
    return status === 0
  }
  return (await findMarked(markerOf(paths.base.dataDir, 'agent', agentEntry))) !== undefined
}

async function startUnit(paths: JoinedPaths): Promise<void> {
  const unit = agentUnitName(paths.base.dataDir)
  const environment = serviceEnv(joinedEnvironment(paths, await readJoinedAgent(paths)))
  const argv = [process.execPath, ...agentNodeArgs, agentEntry]
  await writeFile(join(unitDir, unit), agentUnitText({ argv, environment, logPath: paths.log }), { mode: 0o600 })
  await runProgram(['systemctl', 'daemon-reload'])
  await runProgram(['systemctl', 'enable', '--quiet', unit])
  await runProgram(['systemctl', 'restart', unit], { failure: `systemd could not start ${unit}:` })
}

async function startKeeper({ base }: JoinedPaths): Promise<void> {
  await using log = await open(join(base.logsDir, 'keeper.log'), 'a', 0o600)
  const child = spawn(process.execPath, [join(import.meta.dirname, 'agent-keeper.ts'), base.dataDir], {
    ...{ cwd: '/', detached: true, env: serviceEnv({}) },
    stdio: ['ignore', log.fd, log.fd],
  })
  child.unref()
}

async function answers(listen: string): Promise<boolean> {
  const colon = listen.lastIndexOf(':')
  const host = listen.slice(0, colon).replace(/^\[|\]$/g, '')
  const socket = connect({
    host: host === '0.0.0.0' || host === '::' ? 'localhost' : host,
    port: Number(listen.slice(colon + 1)),
  })
  const { promise, resolve } = Promise.withResolvers<boolean>()
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}
