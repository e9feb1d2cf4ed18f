/** /proc of all simulated hosts: process ids are given out once, so that none of them ever means another machine. */
import type { ProcessTable, StatReader } from '../hypervisor/hypervisor.ts'
import type { SimHost } from './sim-host.ts'
import type { SimMachine } from './sim-machine.ts'
import { statText } from './sim-stat.ts'

export class SimProcesses implements ProcessTable {
  readonly #machines = new Map<number, SimMachine>()
  readonly #hostOf: (folder: string) => SimHost | undefined

  /** `hostOf` knows a run root, and a run directory in it. */
  constructor(hostOf: (folder: string) => SimHost | undefined) {
    this.#hostOf = hostOf
  }

  add(machine: SimMachine): void {
    const { pid } = machine.facts
    this.#machines.set(pid, machine)
    void machine.exited.then(() => this.#machines.delete(pid))
  }

  candidates(runRoot: string): Promise<number[]> {
    const host = this.#hostOf(runRoot)
    const own = host?.machines.get(runRoot)
    if (own !== undefined) return Promise.resolve([own.facts.pid])
    if (host?.place.runDir !== runRoot) return Promise.resolve([])
    return Promise.resolve([...host.machines.values()].map(({ facts }) => facts.pid))
  }

  stat(pid: number): Promise<string | undefined> {
    const machine = this.#alive(pid)
    return Promise.resolve(machine && textOf(machine, false))
  }

  label(pid: number): Promise<string[] | undefined> {
    const machine = this.#alive(pid)
    if (machine === undefined) return Promise.resolve(undefined)
    const { vmId, runDir } = machine.facts
    return Promise.resolve(['qemu-system-x86_64', '-uuid', vmId, '-pidfile', `${runDir}/pid`])
  }

  async commandLine(pid: number): Promise<string[] | undefined> {
    return this.#alive(pid)?.facts.commandLine()
  }

  openStat(pid: number, threadId?: number): StatReader {
    const machine = this.#alive(pid)
    if (machine === undefined) throw gone('ENOENT')
    return {
      read: () => {
        if (machine.isGone) throw gone('ESRCH')
        return textOf(machine, threadId !== undefined)
      },
      close: () => undefined,
    }
  }

  signal(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
    const machine = this.#alive(pid)
    if (machine === undefined) throw gone('ESRCH')
    if (signal === 'SIGKILL') machine.end({ exitCode: null, signal })
    else machine.quit('host-signal')
  }

  #alive(pid: number): SimMachine | undefined {
    const machine = this.#machines.get(pid)
    return machine?.isGone === false ? machine : undefined
  }
}

const textOf = (machine: SimMachine, isThread: boolean): string =>
  statText({ facts: machine.facts, workedS: machine.workedS(Date.now()) }, isThread)

const gone = (code: 'ENOENT' | 'ESRCH'): Error => Object.assign(new Error(`${code}: no such process`), { code })
