/**
 * A live move by QMP commands alone: two QEMUs of the same arguments, capabilities, TLS by a pre-shared key, `migrate`, and
 * `cont` on the other side as soon as `completed` is heard. Nothing is written down, nobody is asked, nothing is looked after.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { QmpWire } from '../berth/qmp-wire.ts'
import { startProgram } from '../measure/started-program.ts'

export interface HandMove {
  /** Of a machine of Berth's, program first, and the paths in it that must be others here. */
  readonly argv: readonly string[]
  readonly runDir: string
  readonly volume: string
  /** A copy of the volume. */
  readonly ownVolume: string
  readonly dir: string
  /** From its start until it does what it is measured at. */
  readonly bootMs: number
  /** Null: as fast as the link is. */
  readonly capBytesPerSecond: number | null
  readonly downtimeLimitMs: number
}

export interface TimedMove {
  /** From the command to send until it runs on the other side. */
  readonly totalMs: number
  /** From its STOP until its RESUME, both as they were heard. */
  readonly pauseMs: number
}

const infoSchema = z.object({
  status: z.string().optional(),
  'socket-address': z.array(z.object({ type: z.string(), port: z.string().optional() })).optional(),
})

/** Hears when a machine stops on one side and runs on the other. */
export class PauseWatch {
  readonly #stopped = Promise.withResolvers<number>()
  readonly #resumed = Promise.withResolvers<number>()

  /** On the monitor of the side that sends. */
  readonly hearSource = (event: string): void => {
    if (event === 'STOP') this.#stopped.resolve(performance.now())
  }

  /** On that of the side that waits. */
  readonly hearTarget = (event: string): void => {
    if (event === 'RESUME') this.#resumed.resolve(performance.now())
  }

  /** Resolves when it runs there. `beganMs`: performance.now() of the command. */
  async timed(beganMs: number): Promise<TimedMove> {
    const [stoppedMs, resumedMs] = await Promise.all([this.#stopped.promise, this.#resumed.promise])
    return { totalMs: resumedMs - beganMs, pauseMs: resumedMs - stoppedMs }
  }
}

export async function moveByHand(move: HandMove): Promise<TimedMove> {
  const keyDir = join(move.dir, 'key')
  await mkdir(keyDir, { recursive: true })
  await writeFile(join(keyDir, 'keys.psk'), `berth:${randomBytes(32).toString('hex')}\n`, { mode: 0o600 })
  const watch = new PauseWatch()
  await using source = await openSide(move, 'source', watch.hearSource)
  await source.qmp.command('cont')
  await delay(move.bootMs)
  await using target = await openSide(move, 'target', watch.hearTarget)
  const capabilities = (names: string[]) => ({ capabilities: names.map((capability) => ({ capability, state: true })) })
  await target.qmp.command('migrate-set-capabilities', capabilities(['events', 'return-path', 'late-block-activate']))
  await addKey(target.qmp, { endpoint: 'server', dir: keyDir })
  await target.qmp.command('migrate-incoming', { uri: 'tcp:127.0.0.1:0' })
  const { 'socket-address': addresses } = infoSchema.parse(await target.qmp.command('query-migrate'))
  await source.qmp.command('migrate-set-capabilities', capabilities(['events', 'return-path']))
  await addKey(source.qmp, { endpoint: 'client', dir: keyDir, username: 'berth' })
  await source.qmp.command('migrate-set-parameters', {
    'max-bandwidth': move.capBytesPerSecond ?? 100 * 2 ** 30,
    'downtime-limit': move.downtimeLimitMs,
  })
  const beganMs = performance.now()
  await source.qmp.command('migrate', { uri: `tcp:127.0.0.1:${addresses?.[0]?.port ?? ''}` })
  for (let status = ''; status !== 'completed'; await delay(2)) {
    status = infoSchema.parse(await source.qmp.command('query-migrate')).status ?? ''
    if (status === 'failed') throw new Error('the move by hand failed')
  }
  await target.qmp.command('cont')
  return watch.timed(beganMs)
}

async function addKey(qmp: QmpWire, key: { endpoint: string; dir: string; username?: string }): Promise<void> {
  await qmp.command('object-add', { 'qom-type': 'tls-creds-psk', id: 'tls', ...key })
  await qmp.command('migrate-set-parameters', { 'tls-creds': 'tls' })
}

async function openSide(move: HandMove, name: 'source' | 'target', onEvent: (event: string) => void) {
  const ownDir = join(move.dir, name)
  await mkdir(ownDir)
  const own = move.argv.map((arg) => arg.replaceAll(move.runDir, ownDir).replaceAll(move.volume, move.ownVolume))
  const waits = name === 'target' ? ['-incoming', 'defer'] : []
  const program = await startProgram({ argv: [...own, ...waits], logPath: join(move.dir, `${name}.log`) })
  const qmp = await QmpWire.open(join(ownDir, 'qmp'), 3, onEvent)
  const end = async (): Promise<void> => {
    qmp[Symbol.dispose]()
    await program.end('SIGKILL')
    await rm(ownDir, { recursive: true, force: true })
  }
  return { qmp, [Symbol.asyncDispose]: end }
}
