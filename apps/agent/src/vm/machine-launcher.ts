/**
 * Makes a QEMU process out of a machine's record, finds one that runs already, and clears away what an ended one leaves.
 *
 * It owns nothing that lasts. Invariants: a launch that fails leaves no process, tap, socket or folder behind; clearing
 * away is done only once the process is known to be gone, and may be done again.
 */
import { chown } from 'node:fs/promises'
import { AppError } from '@berth/core/errors/app-error'
import type { VmId } from '@berth/core/ids/ids'
import type { NicSpec } from '@berth/core/network/network'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import type { Logger } from 'pino'
import { tapName } from '../network/bridge-plan.ts'
import type { Networks, NicBackend } from '../network/networks.ts'
import { buildQemuArgv } from '../qemu/argv.ts'
import { hardwareDifference, hardwareOf } from '../qemu/hardware.ts'
import { findProcess, killProcess } from '../qemu/process-identity.ts'
import type { QemuFirmware } from '../qemu/qemu-config.ts'
import { adoptQemu, startQemu } from '../qemu/qemu-process.ts'
import type { QemuUser } from '../qemu/qemu-user.ts'
import { createRunDir, removeRunDir, runDirPaths, type RunDirPaths } from '../qemu/run-dir.ts'
import type { FlightRecorder } from '../qmp/flight-recorder.ts'
import type { Storage } from '../storage/storage.ts'
import { prepareNvram } from '../storage/storage.ts'
import { Machine, type Tap } from './machine.ts'
import { qemuConfigOf } from './qemu-config-of.ts'
import { retainLog } from './run-logs.ts'
import type { RunRecord, VmRecord } from './vm-record.ts'
import type { VmStore } from './vm-store.ts'

/** What the host gives to machines; found out once, when the agent starts, but for what a package may bring later. */
export interface MachineHost {
  readonly qemuPath: string
  readonly acceleration: 'kvm' | 'tcg'
  readonly bootId: string
  /** Undefined where the host has no UEFI firmware. */
  readonly uefi: () => { readonly codePath: string; readonly varsTemplatePath: string } | undefined
  /** The user of a machine's QEMU; undefined where the agent is not root and QEMU runs as the agent's own. */
  readonly userOf: (uid: number) => QemuUser | undefined
}

export interface LauncherOptions {
  host: MachineHost
  runRoot: string
  store: VmStore
  storage: Storage
  networks: Networks
  logger: Logger
}

export interface LaunchPlan {
  record: VmRecord
  runId: string
  recorder: FlightRecorder
  signal: AbortSignal
  /** It waits for the memory of another QEMU, which has this hardware; where it listens is said over QMP. */
  incoming?: { readonly hardware: readonly string[] | undefined }
}

export class MachineLauncher {
  readonly #options: LauncherOptions

  constructor(options: LauncherOptions) {
    this.#options = options
  }

  get bootId(): string {
    return this.#options.host.bootId
  }

  get acceleration(): 'kvm' | 'tcg' {
    return this.#options.host.acceleration
  }

  userOf(uid: number): QemuUser | undefined {
    return this.#options.host.userOf(uid)
  }

  paths(vmId: VmId): RunDirPaths {
    return runDirPaths(this.#options.runRoot, vmId)
  }

  /**
   * QEMU answers over QMP and its vCPUs stand (-S). Throws QEMU_START_FAILED, NETWORK_SETUP_FAILED, COMMAND_FAILED,
   * INPUT_INVALID, OPERATION_CANCELLED; everything is cleared away then, with QEMU's log kept.
   */
  async launch(plan: LaunchPlan): Promise<Machine> {
    const { record } = plan
    // Outside of what a failure clears away: the folder of a process that lives must stay.
    if ((await findProcess(this.paths(record.vmId), record.vmId)) !== undefined) {
      throw new AppError('QEMU_START_FAILED', 'An earlier QEMU of this machine still lives.')
    }
    try {
      return await this.#launch(plan)
    } catch (error) {
      await this.clear({ vmId: record.vmId, spec: record.spec, runId: plan.runId })
      throw error
    }
  }

  async #launch({ record, runId, recorder, signal, incoming }: LaunchPlan): Promise<Machine> {
    const { host, storage, store } = this.#options
    const { vmId, spec } = record
    const paths = this.paths(vmId)
    await storage.requirePoolsOf(spec)
    const user = withGroups(host.userOf(record.uid), storage.volumes.groupsOf(vmId))
    const folder = await store.prepareFolder(vmId)
    const [backends, firmware] = await Promise.all([
      this.#attachNics(spec.nics, user?.uid ?? process.getuid?.() ?? 0),
      this.#prepareFirmware(spec, folder.nvram),
      createRunDir(paths, vmId, user),
    ])
    await this.#grantFiles(record, user)
    const config = qemuConfigOf({
      ...{ vmId, spec, paths, firmware, backends },
      acceleration: host.acceleration,
      isDirect: (pool) => storage.hasDirectIo(pool),
      volumePath: (disk) => storage.volumes.path(vmId, disk),
      imagePath: (imageId, pool) => storage.images.path(imageId, pool),
      discPath: spec.cdrom?.imageId ? await storage.images.isoPath(spec.cdrom.imageId) : null,
      seedDiscPath: spec.cloudInit === null ? null : folder.seedDisc,
    })
    const plain = buildQemuArgv(config)
    if (incoming?.hardware !== undefined) requireSameHardware(incoming.hardware, plain)
    const args = incoming === undefined ? plain : [...plain, '-incoming', 'defer']
    const qemu = await startQemu({ vmId, binary: host.qemuPath, args, paths, user, recorder, signal })
    const run: RunRecord = {
      runId,
      pid: qemu.identity.pid,
      startTicks: qemu.identity.startTicks,
      startedAt: new Date().toISOString(),
      qemuVersion: qemu.qmp.greeting.version,
      acceleration: host.acceleration,
      specRevision: record.specRevision,
      bootId: host.bootId,
      spec,
      diskNodes: {},
    }
    return new Machine({ vmId, run, paths, taps: tapsOf(spec.nics), qemu })
  }

  /** All or none: `clear` detaches whatever was attached. */
  async #attachNics(nics: readonly NicSpec[], uid: number): Promise<NicBackend[]> {
    const backends: NicBackend[] = []
    for (const nic of nics) backends.push(await this.#options.networks.attach(nic, uid))
    return backends
  }

  async #prepareFirmware(spec: VmSpec, nvramPath: string): Promise<QemuFirmware> {
    if (spec.firmware === 'bios') return { kind: 'bios' }
    const uefi = this.#options.host.uefi()
    if (uefi === undefined) {
      throw new AppError('QEMU_START_FAILED', 'This host has no UEFI firmware; install the package ovmf.')
    }
    await prepareNvram(uefi.varsTemplatePath, nvramPath)
    return { kind: 'uefi', codePath: uefi.codePath, varsPath: nvramPath }
  }

  /** QEMU runs as a user of its own, who may open this machine's files and nobody else's. */
  async #grantFiles(record: VmRecord, user: QemuUser | undefined): Promise<void> {
    if (user === undefined) return
    const { storage, store } = this.#options
    const { vmId, spec } = record
    const folder = store.folder(vmId)
    for (const disk of spec.disks) await storage.volumes.grant(vmId, disk, user)
    if (spec.cloudInit !== null) await chown(folder.seedDisc, user.uid, user.gid)
    if (spec.firmware === 'uefi') await chown(folder.nvram, user.uid, user.gid)
  }

  /** The machine's process of a run that an earlier agent began; undefined when it is gone. Throws QMP_UNAVAILABLE. */
  async adopt(vmId: VmId, run: RunRecord, recorder: FlightRecorder): Promise<Machine | undefined> {
    const paths = this.paths(vmId)
    const qemu = await adoptQemu({ vmId, paths, recorder })
    if (qemu === undefined) return undefined
    if (qemu.identity.pid !== run.pid || qemu.identity.startTicks !== run.startTicks) {
      this.#options.logger.warn({ vmId, pid: qemu.identity.pid, known: run.pid }, 'QEMU is not the one of the record')
    }
    for (const nic of run.spec.nics) await this.#adoptNic(nic)
    return new Machine({ vmId, run, paths, taps: tapsOf(run.spec.nics), qemu })
  }

  /** A network that cannot be guarded again is told, and is no reason to let go of a running machine. */
  async #adoptNic(nic: NicSpec): Promise<void> {
    try {
      await this.#options.networks.adopt(nic)
    } catch (error) {
      this.#options.logger.error({ err: error, nicId: nic.nicId }, 'a NIC could not be taken over')
    }
  }

  /** Ends a process that no record accounts for: one whose start was broken off by the agent's death. */
  async endStray(vmId: VmId): Promise<boolean> {
    const identity = await findProcess(this.paths(vmId), vmId)
    if (identity === undefined) return false
    await killProcess(identity)
    return true
  }

  /** Removes what a run leaves: taps, sockets, folder; its log is kept. The process must be gone. Idempotent. */
  async clear(ended: { vmId: VmId; spec: VmSpec; runId: string }): Promise<void> {
    const { networks, store, logger } = this.#options
    const paths = this.paths(ended.vmId)
    await retainLog(paths.logFile, store.folder(ended.vmId).logs, ended.runId)
    for (const nic of ended.spec.nics) {
      try {
        await networks.detach(nic)
      } catch (error) {
        logger.error({ err: error, nicId: nic.nicId }, 'a NIC could not be detached')
      }
    }
    await removeRunDir(paths)
  }
}

function requireSameHardware(there: readonly string[], args: readonly string[]): void {
  const difference = hardwareDifference(there, hardwareOf(args))
  if (difference === undefined) return
  throw new AppError('MOVE_REFUSED_BY_TARGET', `This host would make another machine of it: ${difference}.`)
}

function withGroups(user: QemuUser | undefined, groups: readonly number[]): QemuUser | undefined {
  return user && { ...user, groups: [...(user.groups ?? []), ...groups] }
}

const tapsOf = (nics: readonly NicSpec[]): Tap[] =>
  nics.filter((nic) => nic.network.kind !== 'user').map(({ nicId, mac }) => ({ nicId, mac, ifname: tapName(nicId) }))
