import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { repoRoot } from './berth-place.ts'

const run = promisify(execFile)

/** `./berth <args>`, as a person would type it. Resolves with what it printed; throws with that when it fails. */
export async function runLauncher(args: readonly string[], extra: NodeJS.ProcessEnv = {}): Promise<string> {
  const env = {
    ...process.env,
    // Images for the bad-luck tests come from a server in the test itself.
    BERTH_AGENT_LOOPBACK_IMAGES: '1',
    BERTH_MAX_RESTART_DELAY_MS: '250',
    // The probe for KVM has its own test; where KVM hangs it would cost each start of the agent 20 s.
    BERTH_AGENT_ACCELERATION: 'tcg',
    ...extra,
  }
  const { stdout } = await run(join(repoRoot, 'berth'), args, { env, timeout: 420_000, maxBuffer: 1 << 24 })
  return stdout
}
