/** One life of one QEMU process, as the actor, the consoles and the sampler see it. */
import type { VmId } from '@berth/core/ids/ids'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import type { AttachedQemu } from '../qemu/qemu-process.ts'
import type { RunDirPaths } from '../qemu/run-dir.ts'
import type { QmpClient } from '../qmp/qmp-client.ts'
import type { RunRecord } from './vm-record.ts'

export interface Tap {
  readonly nicId: string
  readonly mac: string
  readonly ifname: string
}

/** A machine that is on. Everything but `qmp`, and the pools of its disks, stays the same until its end. */
export interface RunningMachine {
  readonly vmId: VmId
  readonly runId: string
  readonly pid: number
  /** ISO; uptime counts from here, over restarts of the agent. */
  readonly startedAt: string
  /** What the process was started with; `spec.vcpus` vCPUs, disks and NICs in the order of their slots. */
  readonly spec: VmSpec
  readonly paths: RunDirPaths
  readonly taps: readonly Tap[]
  /** The link as it is now; another one after it was lost and made again. Never keep it. */
  readonly qmp: QmpClient
}

export class Machine implements RunningMachine {
  readonly vmId: VmId
  /** Another one once a disk of it lies elsewhere. */
  run: RunRecord
  readonly paths: RunDirPaths
  readonly taps: readonly Tap[]
  readonly recorder: QmpClient['recorder']
  qemu: AttachedQemu

  constructor(made: { vmId: VmId; run: RunRecord; paths: RunDirPaths; taps: readonly Tap[]; qemu: AttachedQemu }) {
    this.vmId = made.vmId
    this.run = made.run
    this.paths = made.paths
    this.taps = made.taps
    this.qemu = made.qemu
    this.recorder = made.qemu.qmp.recorder
  }

  get runId(): string {
    return this.run.runId
  }
  get pid(): number {
    return this.run.pid
  }
  get startedAt(): string {
    return this.run.startedAt
  }
  get spec(): VmSpec {
    return this.run.spec
  }
  get qmp(): QmpClient {
    return this.qemu.qmp
  }
}

/** Told of every machine that goes on or off, also of those that are adopted when the agent starts. */
export interface MachineListener {
  /**
   * QEMU answers, the vCPUs do not run yet (after a start) or run on (after an adoption). A start waits for it, so that
   * no byte of the serial port is lost; it must not throw, and be quick.
   */
  machineOn(machine: RunningMachine): Promise<void> | void
  /** It is about to be ended because somebody asked for it. A shutdown waits for this: it must be quick. */
  machineParting?(machine: RunningMachine): Promise<void>
  /** The process is gone, its sockets and taps are about to be. */
  machineOff(machine: RunningMachine): void
  /** The same process, but `machine.qmp` is another link: the one before it is dead. */
  machineRelinked?(machine: RunningMachine): Promise<void> | void
  /** The machine is no more, on or off; its folder is about to be removed. */
  machineRemoved?(vmId: VmId): void
}
