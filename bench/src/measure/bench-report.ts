/**
 * What a benchmark hands over: the rows that the launcher prints and keeps, and beside them every single round with what
 * the computer was doing, without which a number cannot be judged later.
 */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { promisify } from 'node:util'
import type { BenchRow } from '@berth/launcher/src/rings/bench-table.ts'
import { benchEnv } from './env.ts'
import { spreadOf, spreadText, type Spread } from './spread.ts'

const run = promisify(execFile)

export interface Compared {
  case: string
  unit: string
  ours: readonly number[]
  peer: readonly number[] | null
  /** In words: "≤ 1.2×". */
  hold: string
  holds: (ours: number, peer: number, ratio: number) => boolean
}

export class BenchReport {
  readonly #name: string
  readonly #rows: BenchRow[] = []
  readonly #spreads: Record<string, { ours: Spread; peer: Spread | null }> = {}
  readonly #rounds: Record<string, unknown> = {}
  readonly #begun = { at: new Date().toISOString(), load: loadavg() }

  constructor(name: string) {
    this.#name = name
  }

  /** A row out of medians; `ratio` is that of the medians. */
  compare({ case: caseName, unit, ours, peer, hold, holds }: Compared): void {
    const own = spreadOf(ours)
    const other = peer === null ? null : spreadOf(peer)
    const ratio = other === null || other.median === 0 ? null : own.median / other.median
    const ok = holds(own.median, other?.median ?? Number.NaN, ratio ?? Number.NaN)
    this.#rows.push({
      ...{ name: this.#name, case: caseName, ours: own.median, peer: other?.median ?? null },
      ...{ ratio, unit, hold, ok },
    })
    this.#spreads[caseName] = { ours: own, peer: other }
    const peerText = other === null ? '' : `  peer ${spreadText(other)}`
    process.stdout.write(`${ok ? '  ' : '! '}${caseName}: ours ${spreadText(own)}${peerText} ${unit}\n`)
  }

  /** Anything that explains the rows: single rounds, steps, counts. */
  keep(name: string, value: unknown): void {
    this.#rounds[name] = value
  }

  /** Writes the rows where the launcher wants them, and `<name>.rounds.json` beside them. */
  async write(): Promise<void> {
    const path = benchEnv.resultPath
    if (path === undefined) return
    const computer = { ...(await describeComputer()), began: this.#begun, ended: new Date().toISOString() }
    const details = { computer: { ...computer, loadAtEnd: loadavg() }, spreads: this.#spreads, rounds: this.#rounds }
    await writeFile(path.replace(/\.json$/, '.rounds.json'), `${JSON.stringify(details, null, 1)}\n`)
    await writeFile(path, `${JSON.stringify(this.#rows, null, 1)}\n`)
  }
}

async function describeComputer(): Promise<Record<string, unknown>> {
  const first = async (file: string, ...args: string[]): Promise<string> => {
    const { stdout } = await run(file, args).catch(() => ({ stdout: 'not there' }))
    return stdout.split('\n')[0] ?? ''
  }
  return {
    cpu: cpus()[0]?.model,
    nproc: availableParallelism(),
    kernel: (await readFile('/proc/sys/kernel/osrelease', 'utf8')).trim(),
    node: process.version,
    qemu: await first('qemu-system-x86_64', '--version'),
    libvirt: await first('libvirtd', '--version'),
    peers: (await run('dpkg-query', ['-W', 'websockify', 'prometheus-libvirt-exporter']).catch(() => ({ stdout: '' })))
      .stdout,
  }
}
