/**
 * Joins an installation and ends: for `./berth join`, so that whoever pasted the command reads at once how it went. The agent
 * itself is started afterwards. Prints `{hostName, isNew}` as JSON, or one line on standard error.
 */
import { toAppError } from '@berth/core/errors/app-error'
import { pino } from 'pino'
import { loadConfig } from './config.ts'
import { agentVersion } from './http/capabilities.ts'
import { loadIdentity } from './http/host-identity.ts'
import { joinPanel } from './http/join-panel.ts'

/** A panel that has just made the command answers; one that does not in this time will not. */
const patienceMs = 60_000

try {
  const { dataDir, panelUrl, joinTokenFile, name, listen } = loadConfig()
  const before = await loadIdentity(dataDir)
  const { hostName, joinTokenId } = await joinPanel({
    ...{ dataDir, panelUrl, joinTokenFile, agentVersion, address: name, port: listen.port },
    logger: pino({ level: 'silent' }),
    signal: AbortSignal.timeout(patienceMs),
  })
  process.stdout.write(`${JSON.stringify({ hostName, isNew: before?.joinTokenId !== joinTokenId })}\n`)
} catch (error) {
  process.stderr.write(`${toAppError(error).message}\n`)
  process.exitCode = 1
}
