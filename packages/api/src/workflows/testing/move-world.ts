/** Two hosts and one running machine, as the harness and the tests of a move begin. */
import { MemoryDrains } from './memory-drains.ts'
import { movePassportSchema } from '@berth/core/agent-contract/move-commands'
import { newUuid } from '@berth/core/ids/ids'
import type { MovePolicy } from '@berth/core/migration/move-policy'
import { plainTransport } from '@berth/core/migration/move-transport'
import { diskSpecSchema } from '@berth/core/storage/volume'
import { GiB } from '@berth/core/units/bytes'
import type { HarnessCase, HarnessWorld } from '@berth/core/workflow/workflow-harness'
import { harnessCases } from '@berth/core/workflow/workflow-harness'
import { makeTestSpec } from '../../operation/testing/make-test-spec.ts'
import type { WorkflowContext } from '../ports.ts'
import { vmMigrate } from '../vm-migrate.ts'
import { FakeHost } from './fake-host.ts'
import { FakeMoves } from './fake-moves.ts'
import { MemoryImages, MemoryMoves, MemoryPools, MemoryVms } from './memory-records.ts'

export class MoveWorld {
  readonly source = new FakeHost()
  readonly target = new FakeHost()
  readonly vms = new MemoryVms()
  readonly records = new MemoryMoves()
  readonly images = new MemoryImages()
  readonly isOverImage: boolean
  readonly vmId = newUuid()
  readonly imageId = newUuid()
  readonly disk = diskSpecSchema.parse({
    ...{ volumeId: newUuid(), pool: 'default', format: 'qcow2', sizeBytes: GiB },
    source: { kind: 'image', imageId: this.imageId, mode: 'overlay' },
  })
  readonly moves: FakeMoves
  readonly policy: MovePolicy
  readonly context: WorkflowContext = {
    link: (hostId) => (hostId === this.source.hostId ? this.source : this.target),
    vms: this.vms,
    images: this.images,
    pools: new MemoryPools(),
    moves: this.records,
    drains: new MemoryDrains(),
  }

  /** `isOverImage`: the target lacks the image, and it is sent there first. */
  constructor(policy: MovePolicy = 'pause-if-needed', isOverImage = false) {
    this.policy = policy
    this.isOverImage = isOverImage
    const replicas = [{ hostId: this.source.hostId, pool: 'default' }]
    const from = { kind: 'incoming', fileName: 'tiny.qcow2', checksum: null } as const
    this.images.rows.set(this.imageId, { source: from, state: 'ready', error: null, replicas })
    this.source.images.add(this.imageId)
    const { vmId, source } = this
    const spec = { ...makeTestSpec('web-1'), disks: [this.disk], cloudInit: { sshKeys: [], password: 'secret' } }
    const passport = movePassportSchema.parse({
      ...{ spec, nextSpec: spec, specRevision: 3, nextRevision: 3, seedDiscBytes: null, desiredPower: 'on' },
      ...{ acceleration: 'tcg', qemuVersion: '7.2.22', startedAt: new Date().toISOString() },
    })
    this.moves = new FakeMoves(source.hostId, passport)
    this.source.moves = this.moves
    this.target.moves = this.moves
    this.vms.rows.set(vmId, {
      ...{ vmId, hostId: source.hostId, ownerEpoch: 1, revision: 3, lifecycle: 'present', spec },
    })
  }

  get row() {
    return this.vms.rows.get(this.vmId)
  }

  get args() {
    return {
      vmId: this.vmId,
      sourceHostId: this.source.hostId,
      targetHostId: this.target.hostId,
      vmEpoch: 1,
      policy: this.policy,
      bandwidthBytesPerSecond: null,
      transport: plainTransport,
      disks: [{ ...this.freight, number: 1, fromPool: 'default', needBytes: GiB }],
      bringImages: this.isOverImage ? [{ imageId: this.imageId, pool: 'fast' }] : [],
    }
  }

  /** The image does not lie there, unless it is sent. */
  get freight() {
    const { volumeId, format, sizeBytes } = this.disk
    return {
      volumeId,
      pool: 'fast',
      format,
      sizeBytes,
      base: this.isOverImage ? { kind: 'image', imageId: this.imageId, sha256: 'f'.repeat(64) } : { kind: 'none' },
    }
  }

  /** As the row has it. */
  get #diskText(): string {
    const [disk] = this.row?.spec.disks ?? []
    return `${disk?.pool} ${disk?.source.kind === 'image' ? disk.source.mode : 'blank'}`
  }

  /** What a move that did not happen has left; empty where the machine is as it was. */
  leftovers(): string[] {
    const owner = this.moves.ownerAt(this.source.hostId)
    return unless({
      'the source owns it': owner.kind === 'mine',
      'the row names the source': this.row?.hostId === this.source.hostId,
      'the row has its epoch': owner.kind === 'mine' && this.row?.ownerEpoch === owner.epoch,
      'the row has its disk where it was': this.#diskText === 'default overlay',
      'nothing waits on the target': this.moves.ownerAt(this.target.hostId).kind === 'unknown',
      'no report': this.records.report === null,
    })
  }

  /** What is missing from one that did. */
  missing(): string[] {
    const owner = this.moves.ownerAt(this.target.hostId)
    return unless({
      'the target owns it': owner.kind === 'mine',
      'the row names the target': this.row?.hostId === this.target.hostId,
      'the row has its epoch': owner.kind === 'mine' && this.row?.ownerEpoch === owner.epoch,
      'the row has its disk where it came to': this.#diskText === (this.isOverImage ? 'fast overlay' : 'fast copy'),
      'the target has its image': !this.isOverImage || this.target.images.has(this.imageId),
      'the target was told the new spec': this.target.vms.get(this.vmId)?.revision === 4,
      'its report': this.records.report !== null,
    })
  }
}

const unless = (facts: Record<string, boolean>): string[] =>
  Object.entries(facts).flatMap(([text, holds]) => (holds ? [] : [text]))

/** The harness's cases; after each, whatever its end, no machine ever had two owners or none. */
/** One that may go ahead of its memory has steps more. */
export const migrateCases = (): readonly HarnessCase[] => [
  ...casesOf('pause-if-needed'),
  ...casesOf('pause-if-needed', true),
  ...casesOf('post-copy'),
]

function casesOf(policy: MovePolicy, isOverImage = false): readonly HarnessCase[] {
  let last: MoveWorld | undefined
  const world = (): HarnessWorld<WorkflowContext> => {
    const made = new MoveWorld(policy, isOverImage)
    last = made
    const { context, args } = made
    return { context, args, leftovers: () => made.leftovers(), missing: () => made.missing() }
  }
  return harnessCases({ workflow: vmMigrate, world }).map(({ name, run }) => ({
    name: `${policy}${isOverImage ? ', image first' : ''}: ${name}`,
    run: async () => {
      await run()
      if (last === undefined || last.moves.violations.length > 0) {
        throw new Error(`Never: ${last?.moves.violations.join('; ') ?? 'no world'}`)
      }
    },
  }))
}
