/** What a simulated QEMU reads from its command line: the real one's, made by qemu/argv.ts. Pure. */
import { dirname } from 'node:path'
import { KiB } from '@berth/core/units/bytes'

export interface SimArguments {
  readonly vmId: string
  readonly runDir: string
  readonly pidFile: string
  readonly vcpus: number
  readonly memoryBytes: number
  readonly taps: readonly string[]
  readonly diskCount: number
  readonly machineType: string
  readonly waitsForMemory: boolean
  /** Of its disks and discs: they have to be there. */
  readonly files: readonly string[]
}

/** Throws TypeError for a line that is no machine's. */
export function readArguments(args: readonly string[]): SimArguments {
  const after = (option: string): string => {
    const value = args[args.indexOf(option) + 1]
    if (!args.includes(option) || value === undefined) throw new TypeError(`a machine has ${option}`)
    return value
  }
  const values = (option: string): string[] => args.filter((_, index) => args[index - 1] === option)
  const pidFile = after('-pidfile')
  return {
    vmId: after('-uuid'),
    pidFile,
    runDir: dirname(pidFile),
    vcpus: Number(/cpus=(\d+)/.exec(after('-smp'))?.[1] ?? 1),
    memoryBytes: Number.parseInt(after('-m'), 10) * KiB,
    taps: values('-netdev').flatMap((netdev) => /"ifname":"([^"]+)"/.exec(netdev)?.[1] ?? []),
    diskCount: Math.max(1, values('-device').filter((device) => device.includes('"id":"dev-disk')).length),
    machineType: after('-machine').split(',')[0] ?? '',
    waitsForMemory: args.includes('-incoming'),
    files: values('-blockdev').flatMap((node) => /"filename":"([^"]+)"/.exec(node)?.[1] ?? []),
  }
}
