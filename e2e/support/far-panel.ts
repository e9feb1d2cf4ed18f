/** A second panel on the same database, without a supervisor: to it the agent is as far as one on another host. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findVictim } from '../faults/kill-points.ts'
import { repoRoot } from './berth-place.ts'
import { waitUntilReady } from './panel-ready.ts'
import { freePort } from './unused-port.ts'

export interface FarPanel extends AsyncDisposable {
  readonly url: string
}

export async function openFarPanel(dataDir: string): Promise<FarPanel> {
  const near = await findVictim(dataDir, 'panel')
  const environment = (await readFile(`/proc/${near.pid}/environ`, 'utf8')).split('\0').map((entry) => entry.split('='))
  const {
    BERTH_SUPERVISED: _mark,
    BERTH_HOUSE: _house,
    ...env
  } = Object.fromEntries(environment.map(([name = '', ...value]) => [name, value.join('=')]))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, [join(repoRoot, 'apps/web/server/main.ts')], {
    cwd: repoRoot,
    stdio: 'ignore',
    env: { ...env, BERTH_PORT: String(port) },
  })
  await waitUntilReady(url)
  return {
    url,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}
