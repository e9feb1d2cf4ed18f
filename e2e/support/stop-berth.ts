/** Playwright's global teardown: machines, panel, agent and database stop, and nothing of them stays on this computer. */
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { placePath, readPlace, type BerthPlace } from './berth-place.ts'
import { findQemus } from '../checker/berth-layout.ts'
import { networkIds, removeNetworks } from '../checker/network-removal.ts'
import { dropRunDatabase } from './run-database.ts'
import { runLauncher } from './run-launcher.ts'

export default async function stopBerth(): Promise<void> {
  // The set-up that failed has cleaned up for itself.
  if (!existsSync(placePath)) return
  const place = readPlace()
  const networks = await networkIds(place).catch(() => [])
  await stopAll(place)
  // The product keeps its bridges for the next start; the tests' computer is given back as it was.
  await removeNetworks(place, networks)
  if (place.database !== null) await dropRunDatabase(place.database)
  await rm(place.runDir, { recursive: true, force: true })
  await rm(place.dataDir, { recursive: true, force: true })
  await rm(placePath, { force: true })
}

async function stopAll(place: BerthPlace): Promise<void> {
  const { dataDir } = place
  try {
    await runLauncher(['down', '--vms', '--data', dataDir])
  } catch {
    // It cannot stop machines when the panel is broken, which a failed test may have left it in.
    await runLauncher(['down', '--data', dataDir])
  }
  for (const { pid } of await findQemus(place)) process.kill(pid, 'SIGKILL')
}
