/**
 * Removes what dead runs and broken-off defines left of machines. Called once, when all machines are adopted and before
 * the agent takes commands. A machine whose process lives, whoever's it is, is not touched.
 */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { vmIdSchema, type VmId } from '@berth/core/ids/ids'
import type { Logger } from 'pino'
import { tapName } from '../network/bridge-plan.ts'
import { scanProcesses } from '../qemu/process-identity.ts'
import { listRunDirs, removeRunDir, runDirPaths } from '../qemu/run-dir.ts'
import type { MachineLauncher } from './machine-launcher.ts'
import type { VmActor } from './vm-actor.ts'
import type { VmRegistry } from './vm-registry.ts'
import type { VmStore } from './vm-store.ts'

export interface SweepMachinesOptions {
  store: VmStore
  registry: VmRegistry
  launcher: MachineLauncher
  runRoot: string
  logger: Logger
}

export async function sweepMachines(options: SweepMachinesOptions): Promise<void> {
  const { registry, store, launcher, runRoot, logger } = options
  const living = new Set((await scanProcesses(runRoot)).map(({ vmId }) => vmId))
  const runDirs = new Set(await listRunDirs(runRoot))
  const links = new Set(await readdir('/sys/class/net'))
  for (const actor of registry.all()) {
    const { vmId, record } = actor
    await removeUnfinished(store.folder(vmId).root)
    // The agent died between the end of a run and clearing it away: the record says off, the taps are still there.
    if (actor.hasProcess || living.has(vmId) || !hasLeft(actor, runDirs, links)) continue
    logger.info({ vmId }, 'what an earlier run left is cleared away')
    await launcher.clear({ vmId, spec: record.spec, runId: 'last' })
  }
  const isUnknown = (vmId: VmId): boolean => registry.get(vmId) === undefined && !living.has(vmId)
  for (const id of runDirs) {
    const vmId = vmIdSchema.safeParse(id)
    if (vmId.success && isUnknown(vmId.data)) await removeRunDir(runDirPaths(runRoot, id))
  }
  // A define that was broken off before its record, or a removal after it: nobody can ask for the machine any more.
  for (const vmId of await store.foldersWithoutRecord()) {
    if (!isUnknown(vmId)) continue
    logger.info({ vmId }, 'a machine’s folder without a record is removed')
    await rm(store.folder(vmId).root, { recursive: true, force: true })
  }
}

const hasLeft = ({ vmId, record }: VmActor, runDirs: ReadonlySet<string>, links: ReadonlySet<string>): boolean =>
  runDirs.has(vmId) || record.spec.nics.some(({ nicId }) => links.has(tapName(nicId)))

/** A define that was broken off while it wrote the seed disc anew; the one that the record speaks of is whole. */
async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (name.endsWith('.part') || name.startsWith('.seed-'))
      await rm(join(folder, name), { recursive: true, force: true })
}
