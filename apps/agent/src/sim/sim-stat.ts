/** /proc/<pid>/stat of a simulated process: the fields that are read of the real one (proc-files.ts, process-identity.ts). */
import { pageBytes, tickMs } from '../metrics/proc-files.ts'
import type { SimMachine } from './sim-machine.ts'

/** Clock ticks after an epoch that all simulated hosts share: with the pid it says which process that is. */
export const startTicksOf = (startedAtMs: number): number => Math.floor((startedAtMs - Date.UTC(2026, 0, 1)) / tickMs)

/** Of all its vCPUs, or of one of its threads. */
export function statText(
  { facts, workedS }: Pick<SimMachine, 'facts'> & { workedS: number },
  isThread: boolean,
): string {
  const { pid, load, memoryBytes, startedAtMs, vcpus } = facts
  const ticks = Math.floor((workedS * (isThread ? 1 : vcpus) * 1_000) / tickMs)
  const pages = Math.floor((memoryBytes * load.residentShare) / pageBytes)
  return `${pid} (qemu-system-x86) S 1 ${pid} ${pid} 0 -1 0 0 0 0 0 ${ticks} 0 0 0 20 0 1 0 ${startTicksOf(startedAtMs)} 0 ${pages} 0\n`
}
