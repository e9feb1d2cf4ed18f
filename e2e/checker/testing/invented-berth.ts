/**
 * A Berth without a panel and without agents: folders, rows and real QEMUs that a test puts there, right or wrong on
 * purpose. Two hosts, "a" and "b".
 */
import { execFile, spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { vi } from 'vitest'
import { createTestDatabase } from '@berth/prisma/test-database'
import { BerthChecker } from '../berth-checker.ts'

const run = promisify(execFile)

export type HostName = 'a' | 'b'

export interface InventedMachine {
  readonly vmId: string
  readonly volumeId: string
  readonly nicId: string
  readonly diskPath: string
  readonly runDir: string
}

interface MachineWish {
  readonly host?: HostName
  /** Also what its row says; a QEMU runs for one that is "running". */
  readonly state?: 'running' | 'stopped'
}

interface QemuWish {
  readonly host?: HostName
  readonly isPaused?: boolean
  readonly extra?: readonly string[]
}

/** As ids are everywhere: version 7, whose end is random. */
export const newId = (): string => {
  const random = randomUUID()
  return `${random.slice(0, 14)}7${random.slice(15)}`
}

export class InventedBerth implements AsyncDisposable {
  readonly dataDir: string
  readonly runDir: string
  readonly checker: BerthChecker
  readonly #db: pg.Client
  readonly #parts: AsyncDisposableStack
  readonly #hostIds: Readonly<Record<HostName, string>> = { a: newId(), b: newId() }
  readonly #userId = newId()

  private constructor(dirs: { dataDir: string; runDir: string }, db: pg.Client, parts: AsyncDisposableStack) {
    this.dataDir = dirs.dataDir
    this.runDir = dirs.runDir
    this.checker = new BerthChecker(dirs)
    this.#db = db
    this.#parts = parts
  }

  static async make(): Promise<InventedBerth> {
    await using parts = new AsyncDisposableStack()
    const dir = await mkdtemp(join(tmpdir(), 'invented-'))
    parts.defer(() => rm(dir, { recursive: true, force: true }))
    const dirs = { dataDir: join(dir, 'data'), runDir: join(dir, 'run') }
    const { databaseUrl } = parts.use(await createTestDatabase())
    const db = new pg.Client({ connectionString: databaseUrl })
    await db.connect()
    parts.defer(() => db.end())
    await mkdir(join(dirs.dataDir, 'run'), { recursive: true })
    await writeFile(join(dirs.dataDir, 'run/settings.json'), JSON.stringify({ databaseUrl }))
    const berth = new InventedBerth(dirs, db, parts.move())
    await berth.#addHosts()
    return berth
  }

  async sql(text: string, ...values: unknown[]): Promise<void> {
    await this.#db.query(text, values)
  }

  poolOf(host: HostName): string {
    return join(this.dataDir, 'hosts', host, 'pools/default')
  }

  hostId(host: HostName): string {
    return this.#hostIds[host]
  }

  /** Rows, folders, a disk; with state "running" also a QEMU that runs. All of it agrees. */
  async addMachine({ host = 'a', state = 'stopped' }: MachineWish = {}): Promise<InventedMachine> {
    const [vmId, volumeId, nicId] = [newId(), newId(), newId()]
    const machine: InventedMachine = {
      ...{ vmId, volumeId, nicId },
      diskPath: join(this.poolOf(host), 'volumes', vmId, `${volumeId}.qcow2`),
      runDir: join(this.runDir, host, createHash('sha256').update(vmId).digest('hex').slice(0, 12)),
    }
    await mkdir(join(this.poolOf(host), 'volumes', vmId), { recursive: true })
    await mkdir(join(this.dataDir, 'hosts', host, 'vms', vmId), { recursive: true })
    await run('qemu-img', ['create', '-q', '-f', 'qcow2', machine.diskPath, '64M'])
    const spec = JSON.stringify({ nics: [{ nicId }] })
    await this.sql(
      `INSERT INTO vm (id, name, owner_id, spec, host_id, lifecycle) VALUES ($1, $2, $3, $4, $5, 'present')`,
      ...[vmId, `vm-${vmId.slice(-6)}`, this.#userId, spec, this.#hostIds[host]],
    )
    await this.sql(
      `INSERT INTO volume (id, vm_id, host_id, pool, format, size_bytes, state)
       VALUES ($1, $2, $3, 'default', 'qcow2', 67108864, 'ready')`,
      ...[volumeId, vmId, this.#hostIds[host]],
    )
    const pid = state === 'running' ? await this.startQemu(machine, { host }) : null
    const observed = JSON.stringify({ run: pid === null ? null : { pid } })
    await this.sql(
      `INSERT INTO vm_observed (vm_id, host_id, epoch, generation, state, state_since, observed, boot_id)
       VALUES ($1, $2, 1, 1, $3, now(), $4, 'boot')`,
      ...[vmId, this.#hostIds[host], state, observed],
    )
    return machine
  }

  /** With the machine's disk and its processors running, unless wished otherwise. Its pid. */
  async startQemu({ vmId, diskPath, runDir }: InventedMachine, wish: QemuWish = {}): Promise<number> {
    const dir = join(this.runDir, wish.host ?? 'a', runDir.slice(-12))
    await mkdir(dir, { recursive: true })
    await writeFile(join(dir, 'vm-id'), vmId)
    // Without locks, so that a test may do what QEMU refuses.
    const file = { driver: 'file', filename: diskPath, locking: 'off' }
    const child = spawn(
      'qemu-system-x86_64',
      [
        ...['-M', 'none', '-nodefaults', '-display', 'none', '-uuid', vmId, '-pidfile', join(dir, 'pid')],
        ...['-chardev', `socket,id=qmp1,path=${join(dir, 'qmp-expert')},server=on,wait=off`],
        ...[
          '-mon',
          'chardev=qmp1,mode=control',
          '-blockdev',
          JSON.stringify({ driver: 'qcow2', 'node-name': 'd', file }),
        ],
        ...(wish.isPaused === true ? ['-S'] : []),
        ...(wish.extra ?? []),
      ],
      { stdio: 'ignore' },
    )
    const ended = once(child, 'exit')
    this.#parts.defer(async () => {
      child.kill('SIGKILL')
      await ended
    })
    await vi.waitFor(() => access(join(dir, 'qmp-expert')), { timeout: 10_000, interval: 5 })
    return child.pid ?? 0
  }

  async addOperation(status: string, error: object | null = null): Promise<string> {
    const id = newId()
    await this.sql(
      `INSERT INTO operation (id, kind, target_name, title, args, status, error, actor_key, actor_name, actor_via, ended_at)
       VALUES ($1, 'vm.start', 'web-1', 'Start web-1', '{}', $2, $3, 'user:1', 'Ada', 'session',
               CASE WHEN $2 IN ('succeeded', 'failed', 'cancelled', 'interrupted') THEN now() END)`,
      ...[id, status, error],
    )
    return id
  }

  async addAudit(operationId: string, procedure = 'vm.start'): Promise<void> {
    await this.sql(
      `INSERT INTO audit (id, actor_name, via, procedure, operation_id, outcome) VALUES ($1, 'Ada', 'session', $2, $3, 'ok')`,
      ...[newId(), procedure, operationId],
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync()
  }

  async #addHosts(): Promise<void> {
    await this.sql(
      `INSERT INTO "user" (id, name, email, role) VALUES ($1, 'Ada', 'ada@example.test', 'admin')`,
      this.#userId,
    )
    for (const host of ['a', 'b'] as const) {
      for (const name of ['volumes', 'images', 'trash', 'incoming']) {
        await mkdir(join(this.poolOf(host), name), { recursive: true })
      }
      await mkdir(join(this.runDir, host), { recursive: true })
      await this.sql(
        `INSERT INTO host (id, name, address, port, state) VALUES ($1, $2, '127.0.0.1', 1, 'online')`,
        ...[this.#hostIds[host], host],
      )
      await this.sql(
        `INSERT INTO pool (id, host_id, name, path, total_bytes, free_bytes, committed_bytes, supports_direct_io, seen_at)
         VALUES ($1, $2, 'default', $3, 1, 1, 0, false, now())`,
        ...[newId(), this.#hostIds[host], this.poolOf(host)],
      )
    }
  }
}
