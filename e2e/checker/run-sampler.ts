/**
 * Looks on while a case runs, each 50 ms: which QEMUs there are, whether their processors run (I1), and what they have
 * open for writing (I2). It judges by machine, whichever host and whichever Berth a QEMU belongs to.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { openFilesOf } from './open-files.ts'
import { QmpPeek } from './qmp-peek.ts'
import { overlapOf, RunningSpans } from './running-spans.ts'
import { violation, type Violation } from './violation.ts'

export interface RunSamplerOptions {
  /** Only QEMUs whose argv names this, as the run directory does. */
  readonly mark: string
  readonly everyMs?: number
}

interface WatchedQemu {
  readonly pid: number
  readonly vmId: string
  readonly qmpPath: string
  readonly spans: RunningSpans
  peek: QmpPeek | undefined
}

const defaultEveryMs = 50
/** Descriptors change seldom, and reading them costs more than asking. */
const filesEveryLooks = 4
/** A process that is no QEMU may become one: setpriv and the like exec it, as a rule within a moment. */
const closeLooks = 40
const strangersEveryLooks = 20

export class RunSampler implements AsyncDisposable {
  readonly #options: RunSamplerOptions
  readonly #qemus = new Map<number, WatchedQemu>()
  readonly #past: WatchedQemu[] = []
  readonly #strangers = new Map<number, number>()
  /** Seen at the last look; a hand-over may look like that once, while one has just stopped and the other begun. */
  #suspected: ReadonlySet<string> = new Set()
  readonly #sharedFiles = new Map<string, string>()
  readonly #loop: Promise<void>
  readonly #heard: string[] = []
  #isStopped = false
  #looks = 0
  #statusAnswers = 0

  constructor(options: RunSamplerOptions) {
    this.#options = options
    this.#loop = this.#run()
  }

  /** How much it saw: a sampler that saw nothing proves nothing. */
  get sight(): { looks: number; statusAnswers: number; qemus: number } {
    return { looks: this.#looks, statusAnswers: this.#statusAnswers, qemus: this.#qemus.size + this.#past.length }
  }

  /** Whether one of the machine's QEMUs runs, as far as was heard. */
  isRunning(vmId: string): boolean {
    return [...this.#qemus.values()].some((qemu) => qemu.vmId === vmId && qemu.spans.isRunning)
  }

  /** Whether QEMU has told of the machine's move that it is so: "setup", "active", "completed", "failed". */
  hasHeardMove(vmId: string, status: string): boolean {
    return this.#heard.includes(`${vmId} MIGRATION ${status}`)
  }

  violations(): Violation[] {
    return [...this.#doubleRuns(), ...this.#sharedFiles.values().map((text) => violation('I2', text))]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true
    await this.#loop
    for (const { peek } of this.#qemus.values()) peek?.[Symbol.dispose]()
  }

  async #run(): Promise<void> {
    const everyMs = this.#options.everyMs ?? defaultEveryMs
    while (!this.#isStopped) {
      const startedAt = performance.now()
      this.#look()
      await delay(Math.max(1, everyMs - (performance.now() - startedAt)))
    }
  }

  #look(): void {
    this.#findQemus()
    for (const qemu of this.#qemus.values()) {
      // Its socket may come a moment after its process.
      qemu.peek ??= this.#peekInto(qemu)
      qemu.peek.ask()
    }
    if (this.#looks % filesEveryLooks === 0) this.#compareFiles()
    this.#looks += 1
  }

  #findQemus(): void {
    const pids = new Set(readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : [])))
    for (const pid of this.#strangers.keys()) if (!pids.has(pid)) this.#strangers.delete(pid)
    for (const [pid, qemu] of this.#qemus) if (!pids.has(pid) || !this.#isStill(qemu)) this.#forget(pid, qemu)
    const isForStrangers = this.#looks % strangersEveryLooks === 0
    for (const pid of pids) {
      const looks = this.#strangers.get(pid) ?? 0
      if (this.#qemus.has(pid) || (looks > closeLooks && !isForStrangers)) continue
      const found = this.#qemuOf(pid)
      if (found) this.#qemus.set(pid, found)
      else this.#strangers.set(pid, looks + 1)
    }
  }

  /** While nobody is heard: the socket of one that is dead may be that of the next already. */
  #isStill(qemu: WatchedQemu): boolean {
    return qemu.peek !== undefined || this.#qemuOf(qemu.pid)?.qmpPath === qemu.qmpPath
  }

  #qemuOf(pid: number): WatchedQemu | undefined {
    const argv = readArgv(pid)
    if (argv[0]?.includes('qemu-system') !== true || !argv.some((arg) => arg.includes(this.#options.mark)))
      return undefined
    const vmId = argv[argv.indexOf('-uuid') + 1]
    const qmpPath = argv.map((arg) => /path=([^,]*\/qmp-expert)(,|$)/.exec(arg)?.[1]).find((path) => path !== undefined)
    if (!argv.includes('-uuid') || vmId === undefined || qmpPath === undefined) return undefined
    return { pid, vmId, qmpPath, spans: new RunningSpans(), peek: undefined }
  }

  #peekInto(qemu: WatchedQemu): QmpPeek {
    return new QmpPeek(qemu.qmpPath, {
      onStatus: (answer) => {
        this.#statusAnswers += 1
        qemu.spans.saw(answer)
      },
      onEvent: ({ name, status, atMs }) => {
        this.#heard.push(`${qemu.vmId} ${name} ${status ?? ''}`.trim())
        if (name === 'RESUME') qemu.spans.resumed(atMs)
        if (name === 'STOP') qemu.spans.stopped(atMs)
      },
      onClosed: () => {
        qemu.spans.ended()
        qemu.peek = undefined
      },
    })
  }

  #forget(pid: number, qemu: WatchedQemu): void {
    qemu.spans.ended()
    qemu.peek?.[Symbol.dispose]()
    this.#qemus.delete(pid)
    this.#past.push(qemu)
  }

  #doubleRuns(): Violation[] {
    const all = [...this.#past, ...this.#qemus.values()]
    return all.flatMap((one, index) =>
      all.slice(index + 1).flatMap((other) => {
        if (other.vmId !== one.vmId) return []
        const both = overlapOf(one.spans.all(), other.spans.all())
        if (!both) return []
        const when = `${new Date(both.fromMs).toISOString()} for ${(both.toMs - both.fromMs).toFixed(1)} ms`
        return [violation('I1', `${one.vmId} ran in QEMU ${one.pid} and in QEMU ${other.pid} from ${when}`)]
      }),
    )
  }

  #compareFiles(): void {
    const users = new Map<string, { pid: number; isRunning: boolean; path: string; hasWriteLock: boolean }[]>()
    for (const { pid, spans } of this.#qemus.values()) {
      for (const { identity, isWritable, path, hasWriteLock } of openFilesOf(pid)) {
        if (!isWritable || path.endsWith('/pid')) continue
        const known = users.get(identity) ?? []
        if (!known.some((user) => user.pid === pid)) known.push({ pid, isRunning: spans.isRunning, path, hasWriteLock })
        users.set(identity, known)
      }
    }
    const suspected = new Set<string>()
    for (const [identity, all] of users) {
      const writers = all.filter(({ isRunning, hasWriteLock }) => isRunning || hasWriteLock)
      if (writers.length < 2) continue
      suspected.add(identity)
      if (!this.#suspected.has(identity) || this.#sharedFiles.has(identity)) continue
      const who = writers.map(({ pid, isRunning, hasWriteLock }) => {
        const how = [...(isRunning ? ['runs'] : []), ...(hasWriteLock ? ['holds the write lock'] : [])]
        return `QEMU ${pid} (${how.join(', ')})`
      })
      const what = all[0]?.path ?? identity
      this.#sharedFiles.set(
        identity,
        `${what} was open for writing at ${new Date().toISOString()} by ${who.join(' and ')}`,
      )
    }
    this.#suspected = suspected
  }
}

function readArgv(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    // It ended while it was looked at.
    return []
  }
}
