/** Another host on this computer: a folder in which the page's own command is run, as somebody would who pasted it. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { killProcess, scanProcesses } from '../../apps/agent/src/qemu/process-identity.ts'
import { repoRoot } from './berth-place.ts'

const run = promisify(execFile)

export interface JoinedHost extends AsyncDisposable {
  readonly folder: string
  /** Runs a line in a shell, without what belongs to the test's own surroundings. Resolves with what it printed. */
  paste(line: string): Promise<string>
}

/** At its end: no agent, no machines, no folder. */
export async function newJoinedHost(): Promise<JoinedHost> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-joined-'))
  // The pinned Node and pnpm are there already; all else the command brings.
  await symlink(join(repoRoot, '.toolchain'), join(folder, '.toolchain'))
  const { PATH, HOME, http_proxy, https_proxy, NODE_EXTRA_CA_CERTS } = process.env
  const env = {
    ...{ PATH, HOME, http_proxy, https_proxy, NODE_EXTRA_CA_CERTS },
    // As run-launcher.ts has it for the other agents.
    ...{ BERTH_AGENT_LOOPBACK_IMAGES: '1', BERTH_AGENT_ACCELERATION: 'tcg' },
  }
  const paste = async (line: string): Promise<string> => {
    const { stdout } = await run('sh', ['-c', line], { cwd: '/', env, timeout: 240_000 })
    return stdout
  }
  return {
    folder,
    paste,
    async [Symbol.asyncDispose]() {
      await paste(`cd ${folder} && { [ ! -e berth ] || ./berth agent stop; }`).catch((error: unknown) => {
        // It never joined: there is nothing to stop.
        if (!String(error).includes('No host has joined')) throw error
      })
      for (const identity of await scanProcesses(folder)) await killProcess(identity)
      await rm(folder, { recursive: true, force: true })
    },
  }
}
