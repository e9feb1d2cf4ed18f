/**
 * `./berth join`: makes this computer a host. Installs what is missing, joins, starts the agent and sees to it that it is
 * kept. One line per step; run again it finds everything done, and after an update of the files it starts the agent anew.
 */
import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../data/data-paths.ts'
import { requireFreeSpace } from '../install/disk-space.ts'
import { withLock } from '../install/install-lock.ts'
import { ensureRunPackages } from '../install/install-packages.ts'
import type { JoinOptions } from '../terminal/join-command-line.ts'
import { isJoinedAgentRunning, isUnderSystemd, startJoinedAgent, stopJoinedAgent } from './joined-agent-control.ts'
import {
  joinedEnvironment,
  joinedPaths,
  makeJoinedDirs,
  readJoinedAgent,
  writeJoinedAgent,
  type JoinedAgent,
  type JoinedPaths,
} from './joined-agent.ts'
import { LauncherError } from '../terminal/launcher-error.ts'
import { ensureModules } from '../install/modules.ts'
import { runProgram, tryProgram } from '../system/run-program.ts'
import { isRecord, parseJson } from '../data/settings.ts'
import { bold, dim, stage, type StageNote } from '../terminal/stages.ts'
import { hashInputs, hasStamp, writeWhole } from '../install/stamp.ts'
import { checkPort } from '../system/tcp-ports.ts'

const mebibyte = 1024 * 1024

export async function joinThisComputer(options: JoinOptions): Promise<void> {
  const paths = joinedPaths(options.dataDir)
  await requireFreeSpace(options.dataDir, { bytes: 512 * mebibyte, purpose: "the agent's data" })
  const { hostName } = await withLock(root, () => prepareAndJoin(options, paths))
  const kept = isUnderSystemd()
    ? 'systemd keeps the agent, also after a reboot.'
    : 'There is no systemd here: after a reboot, start the agent with ./berth agent start'
  process.stdout.write(
    `\n  ${bold(`This computer is host ${hostName}`)} ${dim(`of ${options.panelUrl}`)}\n\n  ${kept}\n  ${dim(`Log: ${paths.log}`)}\n\n`,
  )
}

async function prepareAndJoin(options: JoinOptions, paths: JoinedPaths): Promise<{ hostName: string }> {
  const listen = await listenOf(options, paths)
  await makeJoinedDirs(paths)
  await stage('System packages', () => ensureRunPackages())
  await stage('Modules of the agent', ensureAgentModules)
  const agent: JoinedAgent = {
    panelUrl: options.panelUrl,
    listen,
    address: options.address ?? null,
    sourceHash: await hashInputs(root, ['apps/agent', 'packages/core', 'launcher/src', 'pnpm-lock.yaml']),
  }
  const joined = { hostName: '', isNew: false }
  await stage('Joined the panel', async () => {
    Object.assign(joined, await joinOnce(options, paths, agent))
    return joined.isNew ? joined.hostName : `${joined.hostName}, already`
  })
  await stage('Agent is running', () => runAgent(paths, agent, joined.isNew))
  return joined
}

/** Before any work: a port that somebody else holds is the commonest reason why a host never comes. */
async function listenOf({ panelUrl, port, listen }: JoinOptions, paths: JoinedPaths): Promise<string> {
  const panel = new URL(panelUrl).hostname
  const isLocal = panel === 'localhost' || panel === '[::1]' || panel.startsWith('127.')
  const address = listen ?? (isLocal ? '127.0.0.1' : panel.startsWith('[') ? '::' : '0.0.0.0')
  if (!(await isJoinedAgentRunning(paths))) {
    const verdict = await checkPort(port, address)
    if (verdict !== 'free')
      throw new LauncherError(`Port ${port} of ${address} cannot be used (${verdict}). Choose another: --port N`)
  }
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}

/** Of the agent alone; in a whole checkout all modules, which are those too. */
async function ensureAgentModules(): Promise<StageNote> {
  if (existsSync(join(root, 'apps/web/package.json'))) return ensureModules()
  await requireFreeSpace(root, { bytes: 256 * mebibyte, purpose: "the agent's modules" })
  const stampPath = join(root, 'node_modules/.berth-agent-stamp')
  const stamp = await hashInputs(root, ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'apps/agent/package.json'])
  if (await hasStamp(stampPath, stamp)) return undefined
  const how = ['--frozen-lockfile', '--prod', '--ignore-scripts', '--prefer-offline', '--reporter=append-only']
  await runProgram(['pnpm', 'install', ...how, '--filter', '@berth/agent...'], {
    cwd: root,
    env: { CI: 'true' },
    failure: 'pnpm could not install the modules:',
  })
  await writeWhole(stampPath, stamp)
  return 'installed'
}

async function joinOnce(
  { token }: JoinOptions,
  paths: JoinedPaths,
  agent: JoinedAgent,
): Promise<{ hostName: string; isNew: boolean }> {
  // In a file, since everybody may read a process's arguments. It works once: nothing of it is left here.
  await writeFile(paths.tokenFile, token, { mode: 0o600 })
  try {
    const env = { ...joinedEnvironment(paths, agent), BERTH_JOIN_TOKEN_FILE: paths.tokenFile }
    const { status, stdout, output } = await tryProgram([process.execPath, join(root, 'apps/agent/src/join-once.ts')], {
      env,
    })
    const answer = status === 0 ? parseJson(stdout) : undefined
    if (isRecord(answer) && typeof answer['hostName'] === 'string') {
      return { hostName: answer['hostName'], isNew: answer['isNew'] === true }
    }
    throw new LauncherError(`This computer could not join: ${output.trim().split('\n').at(-1) ?? `exit ${status}`}`)
  } finally {
    await rm(paths.tokenFile, { force: true })
  }
}

async function runAgent(paths: JoinedPaths, agent: JoinedAgent, isNew: boolean): Promise<StageNote> {
  const last = await readJoinedAgent(paths).catch(() => undefined)
  const isSame = !isNew && JSON.stringify(last) === JSON.stringify(agent)
  if (isSame && (await isJoinedAgentRunning(paths))) return 'already'
  // With another certificate, or from other files, it has to be another process; its machines do not notice.
  if (last) await stopJoinedAgent(paths)
  await writeJoinedAgent(paths, agent)
  await startJoinedAgent(paths)
  return last ? 'started anew' : undefined
}
