/**
 * What a simulated QEMU answers to each command in use. One that is not here is refused as QEMU refuses one that it does
 * not know, so that nothing looks done that was not.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { cdromDeviceId } from '../qemu/argv-disks.ts'
import { isRecord } from '../qmp/qmp-shape.ts'
import { diskWork, usedBytesAt } from './sim-load.ts'
import type { SimMachine } from './sim-machine.ts'
import { SimMirror } from './sim-mirror.ts'
import { SimMove } from './sim-move.ts'
import { SimRefusal } from './sim-refusal.ts'
import { screenPng } from './sim-screen.ts'

/** What a machine meets outside of itself. */
export interface SimGround {
  /** A free port where it listens for memory from now on. */
  listenForMemory: (machine: SimMachine) => number
  /** Who listens there. */
  listenerAt: (port: number) => SimMachine | undefined
}

type Arguments = Readonly<Record<string, unknown>>
type SimCommand = (machine: SimMachine, args: Arguments, ground: SimGround) => unknown

export function simCommand(name: string): SimCommand {
  const command = commands.get(name)
  if (command !== undefined) return command
  throw new SimRefusal(`The command ${name} has not been found`, 'CommandNotFound')
}

function text(args: Arguments, name: string): string {
  const value = args[name]
  return typeof value === 'string' ? value : ''
}

const nothing: SimCommand = () => undefined

const queryStatus: SimCommand = ({ state }) => ({ status: state, running: state === 'running', singlestep: false })

const cont: SimCommand = (machine) => {
  if (machine.state === 'inmigrate') throw new SimRefusal('Guest is waiting for an incoming migration')
  if (machine.state === 'guest-panicked') throw new SimRefusal('Resetting the Virtual Machine is required')
  machine.cont()
}

const noWork = {
  ...{ unmap_bytes: 0, flush_operations: 0, unmap_operations: 0, flush_total_time_ns: 0, unmap_total_time_ns: 0 },
  ...{ wr_highest_offset: 0, rd_merged: 0, wr_merged: 0, unmap_merged: 0, failed_rd_operations: 0 },
  ...{ failed_wr_operations: 0, failed_flush_operations: 0, failed_unmap_operations: 0, invalid_rd_operations: 0 },
  ...{ invalid_wr_operations: 0, invalid_flush_operations: 0, invalid_unmap_operations: 0 },
  ...{ account_invalid: true, account_failed: true, timed_stats: [] },
}

const queryBlockStats: SimCommand = (machine) => {
  const { load, diskCount } = machine.facts
  const workedS = machine.workedS(Date.now())
  return Array.from({ length: diskCount }, (_, index) => ({
    qdev: `disk${index}`,
    'node-name': `disk${index}`,
    stats: { ...noWork, ...diskWork(load, workedS / diskCount) },
  }))
}

const queryCpus: SimCommand = ({ facts }) =>
  Array.from({ length: facts.vcpus }, (_, index) => ({
    'cpu-index': index,
    'qom-path': `/machine/unattached/device[${index}]`,
    'thread-id': facts.pid + index + 1,
    target: 'x86_64',
  }))

/** Of the balloon alone: it is the only device that is asked. */
const qomGet: SimCommand = ({ facts, state }, args) => {
  if (text(args, 'property') !== 'guest-stats') throw new SimRefusal(`Property '${text(args, 'property')}' not found`)
  const total = facts.memoryBytes
  const free = total - usedBytesAt(facts.load, total, Date.now())
  return {
    'last-update': state === 'running' ? Math.floor(Date.now() / 1_000) : 0,
    stats: {
      ...{ 'stat-total-memory': total, 'stat-free-memory': Math.floor(free / 2), 'stat-available-memory': free },
      ...{ 'stat-disk-caches': Math.floor(free / 3), 'stat-swap-in': 0, 'stat-swap-out': 0, 'stat-major-faults': 0 },
    },
  }
}

const screendump: SimCommand = async ({ facts }, args) => {
  const path = text(args, 'filename')
  // A machine that was there before its agent's first start has no run directory yet.
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeFile(path, screenPng(facts.vmId), { mode: 0o600 })
}

const queryBlock: SimCommand = ({ drive }) => [
  {
    qdev: cdromDeviceId,
    device: '',
    locked: false,
    removable: true,
    type: 'unknown',
    tray_open: drive.isOpen,
    ...(drive.disc !== null && { inserted: { 'node-name': drive.disc } }),
  },
]

const insertMedium: SimCommand = ({ drive }, args) => {
  if (!drive.isOpen) throw new SimRefusal('Tray of the device is not open')
  if (drive.disc !== null) throw new SimRefusal('There is already a medium in the device')
  drive.disc = text(args, 'node-name')
}

const setCapabilities: SimCommand = ({ capabilities }, args) => {
  const wished = Array.isArray(args['capabilities']) ? args['capabilities'].filter(isRecord) : []
  for (const { capability, state } of wished) {
    if (state === true) capabilities.add(String(capability))
    else capabilities.delete(String(capability))
  }
}

const setParameters: SimCommand = ({ settings }, args) => {
  if (typeof args['max-bandwidth'] === 'number') settings.bandwidth = args['max-bandwidth']
  if (typeof args['downtime-limit'] === 'number') settings.downtimeLimitMs = args['downtime-limit']
  if (typeof args['cpu-throttle-initial'] === 'number') settings.throttlePercent = args['cpu-throttle-initial']
}

const addObject: SimCommand = ({ settings }, args) => {
  if (args['qom-type'] === 'tls-creds-psk') settings.tlsDir = text(args, 'dir')
}

const removeObject: SimCommand = ({ settings }, args) => {
  if (settings.tlsDir === '') throw new SimRefusal(`object '${text(args, 'id')}' not found`)
  settings.tlsDir = ''
}

const listen: SimCommand = (machine, _args, ground) => {
  if (machine.state !== 'inmigrate') throw new SimRefusal("'-incoming' was not specified on the command line")
  if (machine.incomingPort !== undefined) throw new SimRefusal('The incoming migration has already been started')
  machine.incomingPort = ground.listenForMemory(machine)
}

const beginMove: SimCommand = (machine, args, ground) => {
  if (machine.move !== undefined && !machine.move.isOver)
    throw new SimRefusal("There's a migration process in progress")
  const port = Number(/:(\d+)$/.exec(text(args, 'uri'))?.[1])
  machine.move = new SimMove(machine, ground.listenerAt(port))
  machine.move.begin()
}

const queryMigrate: SimCommand = ({ move, incomingPort }) => {
  if (incomingPort !== undefined)
    return { 'socket-address': [{ type: 'inet', host: '127.0.0.1', port: String(incomingPort) }] }
  return move?.figures() ?? {}
}

const beginMirror: SimCommand = ({ mirrors }, args) => {
  const [id, bytesPerSecond] = [text(args, 'job-id'), Number(args['speed'] ?? 0)]
  if (mirrors.has(id)) throw new SimRefusal(`Job ID '${id}' already in use`)
  mirrors.set(id, new SimMirror({ id, bytesPerSecond }))
}

const withMirror =
  (idName: 'id' | 'device', work: (mirror: SimMirror, args: Arguments) => void): SimCommand =>
  ({ mirrors }, args) => {
    const mirror = mirrors.get(text(args, idName))
    if (mirror === undefined) throw new SimRefusal('Job not found')
    work(mirror, args)
  }

const dismissMirror: SimCommand = (machine, args, ground) => {
  withMirror('id', (mirror) => mirror.dismiss())(machine, args, ground)
  machine.mirrors.delete(text(args, 'id'))
}

const commands = new Map<string, SimCommand>([
  ['qmp_capabilities', nothing],
  ['query-status', queryStatus],
  ['query-kvm', () => ({ enabled: true, present: true })],
  ['query-cpus-fast', queryCpus],
  ['query-blockstats', queryBlockStats],
  ['query-balloon', ({ facts }) => ({ actual: facts.memoryBytes })],
  ['cont', cont],
  ['stop', (machine) => machine.stop()],
  ['system_powerdown', (machine) => machine.pressPowerButton()],
  ['system_reset', (machine) => machine.reset()],
  ['quit', (machine) => machine.quit('host-qmp-quit')],
  ['qom-get', qomGet],
  ['qom-set', nothing],
  ['screendump', screendump],
  ['send-key', nothing],
  ['query-block', queryBlock],
  ['blockdev-add', nothing],
  ['blockdev-del', nothing],
  ['blockdev-open-tray', ({ drive }) => void (drive.isOpen = true)],
  ['blockdev-close-tray', ({ drive }) => void (drive.isOpen = false)],
  ['blockdev-remove-medium', ({ drive }) => void (drive.disc = null)],
  ['blockdev-insert-medium', insertMedium],
  ['block_resize', nothing],
  ['blockdev-mirror', beginMirror],
  ['query-jobs', ({ mirrors }) => [...mirrors.values()].map((mirror) => mirror.figures())],
  ['job-complete', withMirror('id', (mirror) => mirror.complete())],
  ['job-finalize', withMirror('id', (mirror) => mirror.finalize())],
  ['job-dismiss', dismissMirror],
  ['block-job-cancel', withMirror('device', (mirror) => mirror.cancel())],
  ['block-job-set-speed', withMirror('device', (mirror, { speed }) => mirror.setSpeed(Number(speed)))],
  ['set_link', nothing],
  ['object-add', addObject],
  ['object-del', removeObject],
  ['migrate-set-capabilities', setCapabilities],
  ['migrate-set-parameters', setParameters],
  ['migrate-incoming', listen],
  ['migrate', beginMove],
  ['migrate_cancel', ({ move }) => move?.cancel()],
  ['query-migrate', queryMigrate],
])
