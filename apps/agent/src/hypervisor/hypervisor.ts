/**
 * All that the agent does to the computer on which its machines run, besides the files that it keeps: programs, processes,
 * sockets, figures. There are two: Linux with QEMU (linux-hypervisor.ts), and the simulated one (sim/README.md), over
 * which the very same agent works.
 *
 * One per process, as a computer has one kernel: what is asked of it names paths and process ids, which are unique in the
 * process also where many simulated hosts live in it. Invariant: it is chosen before the first agent starts.
 */
import type { OnReadOpts } from 'node:net'
import type { Duplex } from 'node:stream'
import type { HostCheck, HostFacts, HostGauges } from '@berth/core/host/host'
import type { CommandResult, RunCommandOptions } from '../exec/run-command.ts'
import type { DetachedProcess, SpawnDetachedOptions } from '../exec/spawn-detached.ts'
import type { HostProbe, HostProbeOptions, ProbeAgainOptions } from '../host/probe-host.ts'
import type { InterfaceCounters } from '../metrics/network-counters.ts'
import type { SeriesShape } from '../metrics/series-file.ts'
import type { Networks } from '../network/networks.ts'
import type { Space } from '../storage/pool-space.ts'
import { linuxHypervisor } from './linux-hypervisor.ts'

/** A client's end of a unix socket. */
export interface HostSocket extends Duplex {
  setNoDelay: () => unknown
  setTimeout: (ms: number, onTimeout?: () => void) => unknown
  unref: () => unknown
}

/** A small file of the kernel's, opened once and read again and again. */
export interface StatReader {
  /** Throws ESRCH when the process ended since. */
  read: () => string
  close: () => void
}

export interface ProcessTable {
  /** Of processes that may be machines of that run root, and maybe of others: each is looked at by its command line. */
  candidates: (runRoot: string) => Promise<readonly number[]>
  /** The text of /proc/<pid>/stat; undefined when there is no such process. */
  stat: (pid: number) => Promise<string | undefined>
  /** As the kernel has it; undefined when there is no such process. */
  commandLine: (pid: number) => Promise<string[] | undefined>
  /** As much of the command line as says whose it is, -uuid and -pidfile: a simulated one is written out only when it is read. */
  label: (pid: number) => Promise<string[] | undefined>
  /** Of a process, or of one of its threads. Throws ENOENT when it is gone. */
  openStat: (pid: number, threadId?: number) => StatReader
  /** Throws ESRCH when it is gone. */
  signal: (pid: number, signal: 'SIGTERM' | 'SIGKILL') => void
}

/** Figures in time slots; see series-file.ts. */
export interface Series {
  readonly shape: SeriesShape
  /** False: worked out when it is asked for, on every host the same. */
  readonly isKept: boolean
  slotOf: (timeMs: number) => number
  write: (slot: number, values: readonly number[]) => void
  read: (first: number, last: number) => (Float32Array | undefined)[]
  close: () => void
}

export type Interfaces = Pick<ReadonlyMap<string, InterfaceCounters>, 'get'>

/** Measures the host itself. */
export interface HostMeter {
  /** Bytes by interface since the boot; for the samples of one round. */
  interfaces: () => Interfaces
  /** Since the sample before; the first has rates of 0. */
  sample: (nowMs: number) => HostGauges
  close: () => void
}

export interface Hypervisor {
  /** Starts QEMU so that it outlives the agent. Throws COMMAND_FAILED. */
  spawn: (options: SpawnDetachedOptions) => Promise<DetachedProcess>
  readonly processes: ProcessTable
  /** Connects to a unix socket of a machine. That nobody listens is told by the event `error`. */
  connect: (path: string, onread?: OnReadOpts) => HostSocket
  /** Runs a program that makes or changes disks to its end; as runCommand. */
  runTool: (options: RunCommandOptions) => Promise<CommandResult>
  spaceOf: (path: string) => Promise<Space>
  openSeries: (path: string, shape: SeriesShape) => Series
  /** `hostFolder` is the host's data directory. */
  openMeter: (hostFolder: string) => HostMeter
  probeHost: (options: HostProbeOptions) => Promise<HostProbe>
  /** The same host, with what was installed on it since. */
  probeAgain: (known: HostProbe, options: ProbeAgainOptions) => Promise<HostProbe>
  /** Answers the facts as they are when it is called, of the probe that `probe` answers then. */
  hostFacts: (probe: () => HostProbe, extraChecks: () => readonly HostCheck[]) => Promise<() => Promise<HostFacts>>
  openNetworks: (options: { stateDir: string; isRoot: boolean }) => Networks
}

let chosen: Hypervisor = linuxHypervisor

export const hypervisor = (): Hypervisor => chosen

/** Until it is disposed; there is one at a time. */
export function useHypervisor(other: Hypervisor): Disposable {
  const before = chosen
  chosen = other
  return {
    [Symbol.dispose]: () => {
      chosen = before
    },
  }
}
