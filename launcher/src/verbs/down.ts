import { setTimeout as delay } from 'node:timers/promises'
import { stopAll } from '../keeping/control.ts'
import { withLock } from '../install/install-lock.ts'
import { LauncherError, messageOf } from '../terminal/launcher-error.ts'
import { listAll, panelApi, type PanelApi } from '../panel/panel-api.ts'
import { removeIdleSocketDirs, type DataPaths } from '../data/data-paths.ts'
import { removeIdleHosts } from '../data/host-places.ts'
import { isRecord, readSettings } from '../data/settings.ts'
import { stage } from '../terminal/stages.ts'
import { readSupervisor } from '../keeping/supervisor-record.ts'

const stopMachinesTimeoutMs = 120_000
const onStates = new Set(['starting', 'running', 'paused', 'stopping', 'migrating'])

/** Whether it has a process. That of a machine whose guest crashed may stay, for its picture or a reset. */
export const isMachineOn = ({ state, run }: Record<string, unknown>): boolean =>
  onStates.has(String(state)) || (state === 'crashed' && isRecord(run))

/**
 * Stops panel, agents and database. Machines run on; with `stopMachines` they are stopped first, or nothing is. Waits for an
 * `up` of the same Berth: that one would go on to start what was just stopped.
 */
export async function down(paths: DataPaths, stopMachines: boolean): Promise<void> {
  await withLock(paths.dataDir, () => takeDown(paths, stopMachines))
}

async function takeDown(paths: DataPaths, stopMachines: boolean): Promise<void> {
  const settings = await readSettings(paths.settings)
  if (!settings) {
    process.stdout.write(`There is no Berth in ${paths.dataDir}; nothing to stop.\n`)
    return
  }
  if (stopMachines) {
    if (!(await readSupervisor(paths.supervisorRecord))) {
      throw new LauncherError('Berth does not run, so it cannot stop machines. Start it first: ./berth up')
    }
    await stage('Stopping the machines', () => stopAllMachines(panelApi(settings, paths)))
  }
  await stage('Stopping panel, agents, database', async () => {
    await stopAll(paths)
    const hostNames = settings.hosts.map((host) => host.name)
    await removeIdleSocketDirs(paths, hostNames)
    return undefined
  })
  if (settings.lab) await stage('Taking down the idle hosts', () => removeIdleHosts(paths))
}

async function stopAllMachines(api: PanelApi): Promise<string> {
  const machines = (await listAll(api, 'vm.list')).filter(isMachineOn)
  const operations = await Promise.all(machines.map((vm) => stopMachine(api, vm)))
  const deadline = performance.now() + stopMachinesTimeoutMs
  for (const [index, operationId] of operations.entries()) {
    const name = String(machines[index]?.['name'])
    if (operationId === undefined) continue
    const status = await operationEnd(api, operationId, deadline)
    if (status !== 'succeeded')
      throw new LauncherError(`Machine ${name} was not stopped (${status}). Everything still runs.`)
  }
  return machines.length === 0 ? 'none is on' : `${machines.length} stopped`
}

/** The operation; undefined for a machine that ended by itself since it was listed. */
async function stopMachine(api: PanelApi, vm: Record<string, unknown>): Promise<string | undefined> {
  const answer = await api.mutate('vm.stop', { vmId: vm['vmId'] }).catch((error: unknown) => messageOf(error))
  if (typeof answer === 'string') {
    if (!(await isOn(api, vm))) return undefined
    throw new LauncherError(`Machine ${String(vm['name'])} was not stopped: ${answer}`)
  }
  if (isRecord(answer) && typeof answer['operationId'] === 'string') return answer['operationId']
  throw new LauncherError('vm.stop: the answer names no operation')
}

async function isOn(api: PanelApi, { vmId }: Record<string, unknown>): Promise<boolean> {
  const machines = await listAll(api, 'vm.list')
  return machines.some((vm) => vm['vmId'] === vmId && isMachineOn(vm))
}

async function operationEnd(api: PanelApi, operationId: string, deadline: number): Promise<string> {
  for (;;) {
    const operation = await api.query('operation.get', { operationId })
    const status = isRecord(operation) ? String(operation['status']) : 'unknown'
    if (!['queued', 'running', 'cancelling'].includes(status)) return status
    if (performance.now() > deadline) return `still ${status}`
    await delay(250)
  }
}
