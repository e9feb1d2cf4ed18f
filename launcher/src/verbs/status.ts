import { messageOf } from '../terminal/launcher-error.ts'
import { listAll, panelApi, panelUrl, readiness } from '../panel/panel-api.ts'
import { upCommand, type DataPaths } from '../data/data-paths.ts'
import { isRecord, readSettings, type HostSettings, type Settings } from '../data/settings.ts'
import { bold, dim, green, red, yellow } from '../terminal/stages.ts'
import { readSupervisor, type KeptRecord } from '../keeping/supervisor-record.ts'

interface Machine {
  name: string
  state: string
  host: string
}

interface Status {
  isRunning: boolean
  url: string | null
  dataDir: string
  panel: { isReady: boolean; reason: string } | null
  services: KeptRecord[]
  hosts: HostSettings[]
  machines: Machine[] | null
  /** Why the machines are not known. */
  machinesProblem: string | null
}

/** Prints what runs. Returns the exit code: 0 when everything does, 3 when not. */
export async function showStatus(paths: DataPaths, asJson: boolean): Promise<number> {
  const status = await collect(paths)
  process.stdout.write(asJson ? `${JSON.stringify(status, null, 2)}\n` : describe(status))
  const isWell = status.panel?.isReady === true && status.services.every((service) => service.state === 'running')
  return isWell ? 0 : 3
}

async function collect(paths: DataPaths): Promise<Status> {
  const settings = await readSettings(paths.settings)
  const supervisor = await readSupervisor(paths.supervisorRecord)
  const base = { dataDir: paths.dataDir, url: settings ? panelUrl(settings) : null, hosts: settings?.hosts ?? [] }
  if (!settings || !supervisor) {
    const machinesProblem = 'Berth does not run; machines that were on run on'
    return { ...base, isRunning: false, panel: null, services: [], machines: null, machinesProblem }
  }
  const panel = await readiness(settings, paths)
  const machines = await collectMachines(settings, paths).catch(messageOf)
  return {
    ...base,
    isRunning: true,
    panel,
    services: supervisor.kept,
    machines: typeof machines === 'string' ? null : machines,
    machinesProblem: typeof machines === 'string' ? machines : null,
  }
}

async function collectMachines(settings: Settings, paths: DataPaths): Promise<Machine[]> {
  const vms = await listAll(panelApi(settings, paths), 'vm.list')
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  return vms.map((vm) => ({
    name: text(vm['name']),
    state: text(vm['state']),
    host: text(isRecord(vm['host']) ? vm['host']['name'] : undefined),
  }))
}

function describe(status: Status): string {
  if (!status.isRunning) return `Berth does not run in ${status.dataDir}. Start it: ${upCommand(status.dataDir)}\n`
  const services = status.services.map((service) => {
    const painted = service.state === 'running' ? green(service.state.padEnd(11)) : red(service.state.padEnd(11))
    const pid = service.pid === null ? '' : `pid ${service.pid}`
    const restarts =
      service.restarts === 0
        ? ''
        : yellow(`${service.restarts} restarts, ${firstLine(service.reason ?? 'no reason known')}`)
    return `  ${service.name.padEnd(18)}${painted} ${pid.padEnd(13)}${dim(`since ${localTime(service.since)}`)}  ${restarts}`
  })
  const ready = status.panel?.isReady ? green('ready') : red(`not ready: ${status.panel?.reason ?? ''}`)
  const machines = status.machines?.map((vm) => `  ${vm.name.padEnd(18)}${vm.state.padEnd(11)} ${dim(vm.host)}`) ?? [
    `  ${firstLine(status.machinesProblem ?? '')}`,
  ]
  const hosts = status.hosts.map(({ name, address, port, namespace }) => {
    const place = namespace === null ? "this computer's own network" : `namespace ${namespace}`
    return `  ${name.padEnd(18)}${`${address}:${port}`.padEnd(24)} ${dim(place)}`
  })
  const heading = (text: string): string => bold(text)
  return [
    `${heading('Panel')}     ${status.url ?? ''}  ${ready}`,
    `${heading('Data')}      ${status.dataDir}`,
    '',
    ...services.map((line) => line.trimEnd()),
    '',
    heading(`Hosts (${hosts.length})`),
    ...hosts,
    '',
    heading(`Machines${status.machines ? ` (${status.machines.length})` : ''}`),
    ...machines,
    '',
  ].join('\n')
}

const firstLine = (text: string): string => text.split('\n')[0] ?? ''

function localTime(iso: string): string {
  return new Date(iso).toLocaleString('sv-SE')
}
