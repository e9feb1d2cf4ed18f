/**
 * The memory of a simulated machine on its way to another: passes, rates and the switch-over as QEMU has them, figure by
 * figure of query-migrate. Time is real; bytes are counted, not sent.
 *
 * Owner of its state: the figures. Invariants: the source stands before the target is loaded; a move that ends any other
 * way leaves the source as it was, running or not, and ends the target, as QEMU does (7.2).
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SimMachine, SimRunState } from './sim-machine.ts'

type Status = 'setup' | 'active' | 'device' | 'completed' | 'failed' | 'cancelling' | 'cancelled'

const tickMs = 50
const pageBytes = 4096
/** What a page of zeros takes on the wire. */
const zeroPageBytes = 9
/** Of the simulated network between two hosts. Slow enough to watch a move. */
const linkBytesPerSecond = 0.4e9
/** Switching over costs this much besides what is left to send. */
const deviceMs = 12

export class SimMove {
  readonly #source: SimMachine
  readonly #target: SimMachine | undefined
  readonly #beganAtMs = performance.now()
  readonly #before: SimRunState
  #status: Status = 'setup'
  #problem: string | undefined
  #timer: NodeJS.Timeout | undefined
  #pass = 1
  #remaining: number
  #dirtied = 0
  #transferred = 0
  #throttle = 0
  #leftAtSync = Number.POSITIVE_INFINITY
  #downtimeMs = 0
  #endedAtMs = 0

  constructor(source: SimMachine, target: SimMachine | undefined) {
    this.#source = source
    this.#target = target
    this.#before = source.state
    this.#remaining = source.facts.memoryBytes
  }

  get isOver(): boolean {
    return ['completed', 'failed', 'cancelled'].includes(this.#status)
  }

  begin(): void {
    this.#tell('setup')
    void this.#connect()
  }

  cancel(): void {
    if (this.isOver || this.#status === 'device') return
    this.#tell('cancelling')
    this.#end('cancelled')
  }

  /** As query-migrate answers. */
  figures(): Readonly<Record<string, unknown>> {
    const status = this.#status
    const endMs = this.isOver ? this.#endedAtMs : performance.now()
    const times = { 'total-time': Math.round(endMs - this.#beganAtMs), 'setup-time': 1 }
    if (status === 'failed') return { status, 'error-desc': this.#problem, ...times }
    if (status === 'cancelled' || status === 'setup') return { status, ...times }
    return {
      status,
      ...times,
      ...(status === 'completed'
        ? { downtime: this.#downtimeMs }
        : { 'expected-downtime': this.#expectedDowntimeMs() }),
      ...(this.#throttle > 0 && { 'cpu-throttle-percentage': this.#throttle }),
      ram: this.#ram(),
    }
  }

  #ram(): Readonly<Record<string, number>> {
    const total = this.#source.facts.memoryBytes
    const normal = Math.floor(this.#transferred / pageBytes)
    return {
      transferred: Math.floor(this.#transferred),
      remaining: Math.max(0, Math.floor(this.#remaining)),
      total,
      duplicate: Math.floor((total * (1 - this.#source.facts.load.residentShare)) / pageBytes),
      skipped: 0,
      normal,
      'normal-bytes': normal * pageBytes,
      'dirty-pages-rate': Math.floor(this.#dirtyRate() / pageBytes),
      mbps: (this.#rate() * 8) / 1e6,
      'dirty-sync-count': this.#pass,
      'postcopy-requests': 0,
      'page-size': pageBytes,
      'multifd-bytes': 0,
      'pages-per-second': Math.floor(this.#rate() / pageBytes),
      'precopy-bytes': Math.floor(this.#transferred),
      'downtime-bytes': 0,
      'postcopy-bytes': 0,
      'dirty-sync-missed-zero-copy': 0,
    }
  }

  async #connect(): Promise<void> {
    const target = this.#target
    if (target === undefined || target.isGone) return this.#fail('Failed to connect: Connection refused')
    if (!(await haveSameKey(this.#source, target))) {
      target.end({ exitCode: 1, signal: null })
      return this.#fail('TLS handshake failed: The TLS connection was non-properly terminated.')
    }
    if (this.isOver) return
    this.#tell('active')
    target.tell('MIGRATION', { status: 'active' })
    this.#timer = setInterval(() => this.#tick(tickMs / 1_000), tickMs)
    this.#timer.unref()
  }

  #tick(seconds: number): void {
    if (this.#source.isGone) return this.#end('failed')
    if (this.#target?.isGone !== false) return this.#fail('Unable to write to socket: Broken pipe')
    const { load, memoryBytes, faults } = this.#source.facts
    if (faults.has('fail-move') && this.#transferred > memoryBytes / 8)
      return this.#fail('Simulated failure: sim-fail-move')
    const sent = this.#rate() * seconds
    this.#transferred += sent
    // On the first pass the pages of zeros go for nothing.
    const zeroGain = this.#pass === 1 ? (1 - load.residentShare) / load.residentShare : 0
    this.#remaining -= sent * (1 + zeroGain * (1 - zeroPageBytes / pageBytes))
    this.#dirtied = Math.min(memoryBytes * load.usedShare, this.#dirtied + this.#dirtyRate() * seconds)
    if (this.#remaining <= 0) this.#sync()
  }

  /** A pass is over: what was written meanwhile is the next one. */
  #sync(): void {
    this.#remaining = this.#dirtied
    this.#dirtied = 0
    if (this.#expectedDowntimeMs() <= this.#source.settings.downtimeLimitMs) return this.#switchOver()
    if (this.#source.capabilities.has('auto-converge') && this.#remaining > this.#leftAtSync / 2)
      this.#throttle = this.#source.settings.throttlePercent
    this.#leftAtSync = this.#remaining
    this.#pass++
    if (this.#source.capabilities.has('events')) this.#source.tell('MIGRATION_PASS', { pass: this.#pass })
  }

  #switchOver(): void {
    clearInterval(this.#timer)
    this.#downtimeMs = Math.round(this.#expectedDowntimeMs() + deviceMs)
    this.#source.stop('finish-migrate')
    this.#tell('device')
    this.#timer = setTimeout(() => {
      if (this.#source.isGone) return this.#end('failed')
      if (this.#target?.isGone !== false) return this.#fail('Unable to write to socket: Broken pipe')
      this.#transferred += this.#remaining
      this.#remaining = 0
      this.#target.loaded()
      this.#target.tell('MIGRATION', { status: 'completed' })
      this.#source.stop('postmigrate')
      this.#end('completed')
    }, this.#downtimeMs)
  }

  #fail(problem: string): void {
    this.#problem = problem
    this.#end('failed')
  }

  #end(status: 'completed' | 'failed' | 'cancelled'): void {
    if (this.isOver) return
    clearInterval(this.#timer)
    this.#endedAtMs = performance.now()
    if (status !== 'completed') {
      this.#target?.end({ exitCode: 1, signal: null })
      if (this.#before === 'running') this.#source.cont()
    }
    this.#tell(status)
  }

  #tell(status: Status): void {
    this.#status = status
    if (this.#source.capabilities.has('events')) this.#source.tell('MIGRATION', { status })
  }

  #rate(): number {
    return Math.min(linkBytesPerSecond, this.#source.settings.bandwidth)
  }

  #expectedDowntimeMs(): number {
    return Math.round((this.#remaining / this.#rate()) * 1_000)
  }

  #dirtyRate(): number {
    const { load, memoryBytes, faults } = this.#source.facts
    if (this.#before !== 'running') return 0
    const rate = faults.has('busy') ? this.#rate() * 0.9 : memoryBytes * load.dirtyShare
    return rate * (1 - this.#throttle / 100)
  }
}

/** As TLS by a pre-shared key would: both have read the same, or neither was given one. */
async function haveSameKey(source: SimMachine, target: SimMachine): Promise<boolean> {
  const [here, there] = await Promise.all([source, target].map(({ settings }) => keyIn(settings.tlsDir)))
  return here === there
}

async function keyIn(folder: string): Promise<string | undefined> {
  if (folder === '') return undefined
  return readFile(join(folder, 'keys.psk'), 'utf8').catch(() => {
    // Taken away before it was used: the handshake fails, as it would with QEMU.
    return undefined
  })
}
