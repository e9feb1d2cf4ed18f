/** Two hosts of one installation on this computer, with a pool that both see, and machines that move between them. */
import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import {
  moveListenerSchema,
  moveOwnershipSchema,
  movePassportSchema,
  type MoveOwnership,
  type MovePassport,
} from '@berth/core/agent-contract/move-commands'
import { stepReportSchema, type StepReport } from '@berth/core/agent-contract/step-report'
import {
  hostIdSchema,
  imageIdSchema,
  newUuid,
  operationIdSchema,
  poolIdSchema,
  volumeIdSchema,
  type HostId,
  type VmId,
} from '@berth/core/ids/ids'
import type { DiskFreight } from '@berth/core/migration/move-disks'
import { policyMay, type MovePolicy } from '@berth/core/migration/move-policy'
import { usesStreams, type MoveTransport } from '@berth/core/migration/move-transport'
import { MiB } from '@berth/core/units/bytes'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import type { z } from 'zod'
import { loadIdentity } from '../http/host-identity.ts'
import type { MoveLimits } from '../migration/send-memory.ts'
import { countingDisc } from './boot-disc.ts'
import { TestHost } from './test-host.ts'
import { openTestPanel, type AgentCalls, type TestPanel } from './test-panel.ts'

/** Of the pool that both see. */
export const poolName = 'fast'
export const firstEpoch = 1

export interface TestMove {
  readonly vmId: VmId
  readonly vmEpoch: number
  readonly from: TestHost
  readonly to: TestHost
  readonly moveId: ReturnType<typeof operationIdSchema.parse>
  readonly token: string
  readonly tlsKey: string
}

export interface SendOptions {
  readonly bandwidthBytesPerSecond?: number | null
  readonly policy?: MovePolicy
  readonly transport?: MoveTransport
  readonly tlsKey?: string
  /** Those that travel. */
  readonly disks?: DiskFreight[]
  /** By which the target is reached. */
  readonly network?: string
}

type MoveListener = z.infer<typeof moveListenerSchema>

export class TwoHosts implements AsyncDisposable {
  readonly panel: TestPanel
  readonly source: TestHost
  readonly target: TestHost
  readonly #root: string
  /** Where the pool that both see lies. */
  readonly poolPath: string
  readonly poolId = poolIdSchema.parse(newUuid())
  readonly #ids = new Map<TestHost, HostId>()

  private constructor(made: { panel: TestPanel; source: TestHost; target: TestHost; root: string }) {
    this.panel = made.panel
    this.source = made.source
    this.target = made.target
    this.#root = made.root
    this.poolPath = join(made.root, 'pool')
  }

  static async open(moveLimits: Partial<MoveLimits> = {}): Promise<TwoHosts> {
    const panel = await openTestPanel()
    const root = await mkdtemp(join(tmpdir(), 'berth-shared-'))
    await chmod(root, 0o755)
    const path = join(root, 'pool')
    await mkdir(path)
    await chmod(path, 0o755)
    const [source, target] = [await TestHost.open({ panel, moveLimits }), await TestHost.open({ panel, moveLimits })]
    const hosts = new TwoHosts({ panel, source, target, root })
    const { poolId } = hosts
    for (const host of [source, target]) {
      await host.start()
      const hostId = hostIdSchema.parse((await loadIdentity(host.config.dataDir))?.hostId)
      hosts.#ids.set(host, hostId)
      await host.run({ kind: 'pool.attach', poolId, name: poolName, path, hostId, isFirst: host === source })
    }
    return hosts
  }

  idOf(host: TestHost): HostId {
    return hostIdSchema.parse(this.#ids.get(host))
  }

  /** Runs on the source and counts on its serial port. */
  startCounter(disc: { fillBytes: number; dirtyBytes: number }, change: Partial<VmSpec> = {}): Promise<VmId> {
    return this.startDisc(countingDisc(disc), change)
  }

  /** Boots from that disc on the source. */
  async startDisc(disc: Buffer, change: Partial<VmSpec> = {}): Promise<VmId> {
    const { source } = this
    const imageId = imageIdSchema.parse(newUuid())
    const fileName = `${imageId}.iso`
    await writeFile(join(source.config.dataDir, 'pools/default/incoming', fileName), disc)
    const from = { kind: 'incoming', fileName, checksum: null } as const
    await source.run({ kind: 'image.import', imageId, pool: 'default', source: from })
    await source.run({ kind: 'image.copy', imageId, pool: poolName })
    return source.defineAndStart({ disks: [sharedDisk()], cdrom: { imageId }, ...change })
  }

  move(vmId: VmId, change: Partial<TestMove> = {}): TestMove {
    const [token, tlsKey] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')]
    const moveId = operationIdSchema.parse(newUuid())
    const { source: from, target: to } = this
    return { vmId, vmEpoch: firstEpoch, from, to, moveId, token, tlsKey, ...change }
  }

  /** `change`: of what the source said of the machine. */
  async prepare(
    move: TestMove,
    change: Partial<MovePassport> = {},
    { policy, transport, disks, network }: SendOptions = {},
  ) {
    const { vmId, vmEpoch, from, to, moveId, token, tlsKey } = move
    const seen = movePassportSchema.parse(await from.run({ kind: 'move.inspect', vmId, vmEpoch }))
    const passport = { ...seen, ...change }
    const tokenHash = createHash('sha256').update(token).digest('hex')
    const sourceHostId = this.idOf(from)
    const options = {
      ...(transport && usesStreams(transport) ? { transport } : {}),
      ...(policy && policyMay(policy, 'switch') ? { mayComeEarly: true } : {}),
      ...(disks && { disks }),
      ...(network && { network }),
    }
    const asked = { vmId, vmEpoch, moveId, sourceHostId, passport, tokenHash, tlsKey, ...options }
    return moveListenerSchema.parse(await to.run({ kind: 'move.prepare', ...asked }))
  }

  /** Prepares, and begins to send; `attempt` numbers repeated tries of the same step. */
  async begin(move: TestMove, options: SendOptions = {}, attempt = 1): Promise<SendStep> {
    const listener = await this.prepare(move, {}, options)
    await this.sendBy(move.from.calls, { move, ...listener, options, attempt })
    return new SendStep(move, attempt)
  }

  async sendBy(
    calls: AgentCalls,
    asked: MoveListener & { move: TestMove; options?: SendOptions; attempt?: number },
  ): Promise<void> {
    const { move, memory, disks: door, options = {}, attempt = 1 } = asked
    const { vmId, vmEpoch, moveId, token, tlsKey, to } = move
    const { policy = 'shortest-pause', bandwidthBytesPerSecond = null } = options
    const target = {
      hostId: this.idOf(to),
      address: '127.0.0.1',
      port: to.config.listen.port,
      memory,
      ...(door && { disks: door }),
    }
    const command = {
      ...{ kind: 'move.send', vmId, vmEpoch, moveId, token, policy, bandwidthBytesPerSecond, target },
      tlsKey: options.tlsKey ?? tlsKey,
      ...(options.disks && { disks: options.disks }),
      ...(options.transport && usesStreams(options.transport) ? { transport: options.transport } : {}),
    }
    await calls.mutate('step.run', { operationId: moveId, step: 'send', attempt, epoch: 1, command, waitMs: 0 })
  }

  /** Until all memory of one that went ahead of it has followed. */
  async follow(move: TestMove, attempt = 1): Promise<SendStep> {
    const { vmId, vmEpoch, moveId, from } = move
    const key = { operationId: moveId, step: 'follow', attempt }
    const command = { kind: 'move.follow', vmId, vmEpoch, moveId }
    await from.calls.mutate('step.run', { ...key, epoch: 1, command, waitMs: 0 })
    return new SendStep(move, attempt, 'follow')
  }

  /** As a panel does that heard of the first attempt only that it was interrupted. */
  async sendAgain(move: TestMove): Promise<StepReport> {
    await this.sendBy(move.from.calls, { move, memory: { host: '127.0.0.1', port: 1 }, attempt: 2 })
    return new SendStep(move, 2).report()
  }

  async abandon({ vmId, vmEpoch, moveId, to }: TestMove): Promise<void> {
    await to.run({ kind: 'move.abandon', vmId, vmEpoch, moveId })
  }

  /** What both sides say; the target first, so that a hand-over in between cannot look like two owners. */
  async owners(vmId: VmId): Promise<{ source: MoveOwnership; target: MoveOwnership }> {
    const target = await ownerBy(this.target, vmId)
    return { target, source: await ownerBy(this.source, vmId) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.source[Symbol.asyncDispose]()
    await this.target[Symbol.asyncDispose]()
    await this.panel[Symbol.asyncDispose]()
    await rm(this.#root, { recursive: true, force: true })
  }
}

export const ownerBy = async (host: TestHost, vmId: VmId): Promise<MoveOwnership> =>
  moveOwnershipSchema.parse(await host.calls.query('move.owner', { vmId }))

const sharedDisk = (): VmSpec['disks'][number] => ({
  volumeId: volumeIdSchema.parse(newUuid()),
  pool: poolName,
  format: 'qcow2',
  sizeBytes: 64 * MiB,
  source: { kind: 'blank' },
})

/** move.send, or move.follow, as the panel's step: it can be waited for, and cancelled. */
export class SendStep {
  readonly #move: TestMove
  readonly #key: { operationId: string; step: string; attempt: number }

  constructor(move: TestMove, attempt: number, step: 'send' | 'follow' = 'send') {
    this.#move = move
    this.#key = { operationId: move.moveId, step, attempt }
  }

  async report(waitMs = 30_000): Promise<StepReport> {
    return stepReportSchema.parse(await this.#move.from.calls.query('step.wait', { ...this.#key, waitMs }))
  }

  async cancel(): Promise<void> {
    await this.#move.from.calls.mutate('step.cancel', this.#key)
  }

  /** Until the figures say so. */
  async until(isIt: (report: StepReport) => boolean, timeoutMs = 20_000): Promise<StepReport> {
    const deadline = performance.now() + timeoutMs
    for (;;) {
      const report = await this.report(0)
      if (isIt(report)) return report
      if (report.status !== 'running' || performance.now() > deadline) throw new Error(JSON.stringify(report))
      await pause(20)
    }
  }
}

/** Memory is being sent. */
export const isSending = (report: StepReport): boolean =>
  report.status === 'running' && (report.progress?.move?.transferredBytes ?? 0) > 0
