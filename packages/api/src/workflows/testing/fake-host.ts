/**
 * A host in memory behind the AgentLink interface: it keeps a step journal as the real agent does, and its machines and
 * files are what tests look at. Commands take effect at once and are idempotent.
 */
import type { z } from 'zod'
import { agentContract } from '@berth/core/agent-contract/agent-contract'
import type { AgentCommand } from '@berth/core/agent-contract/agent-commands'
import {
  stepRunRequestSchema,
  stepWaitRequestSchema,
  type StepKey,
  type StepReport,
  type StepRunRequest,
  type VmSighting,
} from '@berth/core/agent-contract/step-report'
import { AppError, errorToWire } from '@berth/core/errors/app-error'
import { hostIdSchema, newUuid, vmIdSchema, type HostId } from '@berth/core/ids/ids'
import type { FakeMoves } from './fake-moves.ts'
import type { AgentLink, AgentProcedure, StepEvent } from '../../agents/agent-link.ts'

export interface FakeVm {
  revision: number
  isOn: boolean
  isPaused: boolean
  starts: number
}

type EndedReport = Extract<StepReport, { status: 'succeeded' | 'failed' }>

export const fakeImage = { format: 'qcow2', virtualBytes: 4096, allocatedBytes: 512, sha256: 'f'.repeat(64) }
const fakePool = { totalBytes: 2 ** 40, freeBytes: 2 ** 39, committedBytes: 0, supportsDirectIo: true }

const keyText = (key: StepKey): string => `${key.operationId} ${key.step} ${key.attempt}`

export class FakeHost implements AgentLink {
  readonly hostId: HostId
  readonly vms = new Map<string, FakeVm>()
  readonly volumes = new Map<string, number>()
  readonly images = new Set<string>()
  /** Of disks that went into another pool. */
  readonly diskPools = new Map<string, string>()
  /** Hashes of the tokens by which images may be read here. */
  readonly offers = new Set<string>()
  readonly pools = new Set<string>()
  readonly discs = new Map<string, string | null>()
  readonly log: string[] = []
  isOnline = true
  /** Called before a command takes effect; throws what the agent would answer. */
  onCommand: (command: AgentCommand) => void | Promise<void> = () => undefined
  /** Called after a step's end is journalled and before its reply leaves; throw to lose the reply. */
  onReply: (request: StepRunRequest) => void = () => undefined
  /** What first replies say of the machine. */
  sighting: VmSighting | undefined
  /** Who owns what, of hosts between which machines move. */
  moves: FakeMoves | undefined
  readonly #journal = new Map<string, StepReport>()
  readonly #running = new Map<string, Promise<EndedReport>>()
  readonly #epochs = new Map<string, number>()
  readonly #listeners = new Set<(event: StepEvent) => void>()

  constructor(hostId: string = newUuid()) {
    this.hostId = hostIdSchema.parse(hostId)
  }

  async call<I extends z.ZodType, O extends z.ZodType>(
    procedure: AgentProcedure<I, O>,
    input: z.input<I>,
  ): Promise<z.output<O>> {
    if (!this.isOnline) throw new AppError('HOST_UNREACHABLE', 'The fake host is away.')
    return procedure.output.parse(await this.#answer(procedure, input))
  }

  async whenOnline(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (!this.isOnline) throw new AppError('HOST_UNREACHABLE', 'The fake host stays away.')
  }

  onStepEvent(operationId: string, listener: (event: StepEvent) => void): () => void {
    const scoped = (event: StepEvent): void => {
      if (event.key.operationId === operationId) listener(event)
    }
    this.#listeners.add(scoped)
    return () => this.#listeners.delete(scoped)
  }

  tell(event: StepEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  async #answer(procedure: unknown, input: unknown): Promise<unknown> {
    if (procedure === agentContract.step.run) return this.#runStep(stepRunRequestSchema.parse(input))
    if (procedure === agentContract.step.wait) return this.#waitStep(stepWaitRequestSchema.parse(input))
    if (procedure === agentContract.move.owner) return this.moves?.ownerAt(this.hostId)
    if (procedure === agentContract.step.cancel) return { isAccepted: false }
    throw new AppError('INTERNAL', 'The fake host knows only steps.')
  }

  async #waitStep(key: StepKey): Promise<StepReport> {
    const text = keyText(key)
    return this.#journal.get(text) ?? (await this.#running.get(text)) ?? { status: 'absent' }
  }

  async #runStep(request: StepRunRequest): Promise<StepReport> {
    const newest = this.#epochs.get(request.operationId) ?? 0
    if (request.epoch < newest) throw new AppError('EPOCH_STALE', `Epoch ${request.epoch} is older than ${newest}.`)
    this.#epochs.set(request.operationId, request.epoch)
    const text = keyText(request)
    const known = this.#journal.get(text) ?? this.#running.get(text)
    if (known) return known
    const work = this.#work(request)
    this.#running.set(text, work)
    const report = await work
    this.#journal.set(text, report)
    this.#running.delete(text)
    this.onReply(request)
    return this.sighting === undefined ? report : { ...report, sighting: this.sighting }
  }

  async #work({ command }: StepRunRequest): Promise<EndedReport> {
    try {
      await this.onCommand(command)
      this.log.push(command.kind)
      return { status: 'succeeded', result: this.#apply(command) }
    } catch (error) {
      return { status: 'failed', error: errorToWire(error) }
    }
  }

  #apply(command: AgentCommand): unknown {
    switch (command.kind) {
      case 'image.import':
        this.images.add(command.imageId)
        return { ...fakeImage, imageId: command.imageId }
      case 'image.delete':
        this.images.delete(command.imageId)
        return {}
      case 'image.copy':
        this.images.add(command.imageId)
        return { ...fakeImage, imageId: command.imageId }
      case 'image.offer':
        if (!this.images.has(command.imageId)) throw new AppError('IMAGE_NOT_FOUND', 'It is not here.')
        this.offers.add(command.tokenHash)
        return { ...fakeImage, imageId: command.imageId, fileSha256: 'e'.repeat(64), fileBytes: 512 }
      case 'image.fetch':
        this.images.add(command.imageId)
        return { ...fakeImage, imageId: command.imageId }
      case 'pool.attach':
        this.pools.add(command.poolId)
        return {
          ...fakePool,
          name: command.name,
          path: command.path ?? `/mounts/${command.poolId}`,
          shared: { poolId: command.poolId },
        }
      case 'pool.detach':
        this.pools.delete(command.poolId)
        return {}
      case 'volume.create':
        this.volumes.set(command.disk.volumeId, command.disk.sizeBytes)
        return { virtualBytes: command.disk.sizeBytes, allocatedBytes: 4096 }
      case 'volume.delete':
        this.volumes.delete(command.volumeId)
        return {}
      case 'volume.resize':
        this.volumes.set(command.volumeId, command.sizeBytes)
        return {}
      case 'volume.move':
        this.diskPools.set(command.volumeId, command.toPool)
        return { virtualBytes: this.volumes.get(command.volumeId) ?? 0, allocatedBytes: 4096 }
      case 'vm.define':
        this.#define(command)
        return {}
      case 'vm.undefine':
        if (this.vms.get(command.vmId)?.isOn) throw new AppError('VM_STATE_CONFLICT', 'It is on.')
        this.vms.delete(command.vmId)
        return {}
      case 'vm.changeDisc':
        this.discs.set(command.vmId, command.imageId)
        return {}
      case 'move.inspect':
      case 'move.prepare':
      case 'move.send':
      case 'move.follow':
      case 'move.abandon':
      case 'move.rehearse':
        return this.moves?.apply(this.hostId, command)
      case 'image.copy':
      case 'pool.attach':
      case 'pool.detach':
        throw new AppError('INTERNAL', `The fake host knows no ${command.kind}.`)
      default:
        return this.#power(command.kind, command.vmId)
    }
  }

  #define({ vmId, revision }: { vmId: string; revision: number }): void {
    const known = this.vms.get(vmId)
    if (known && known.revision > revision) throw new AppError('REVISION_CONFLICT', 'An older spec.')
    if (known) known.revision = revision
    else this.vms.set(vmId, { revision, isOn: false, isPaused: false, starts: 0 })
  }

  #power(verb: string, vmId: string): unknown {
    const vm = this.vms.get(vmId)
    if (!vm) throw new AppError('VM_NOT_FOUND', `${vmId} is not defined here.`)
    if (verb === 'vm.start' && !vm.isOn) vm.starts++
    if (verb === 'vm.start') vm.isOn = true
    if (verb === 'vm.stop' || verb === 'vm.shutdown') vm.isOn = false
    if (verb === 'vm.pause' || verb === 'vm.resume') vm.isPaused = verb === 'vm.pause'
    return verb === 'vm.start' ? { runId: `run-${vm.starts}` } : {}
  }
}

export const makeSighting = (vmId: string): VmSighting => ({
  bootId: 'boot-1',
  vm: {
    ...{ vmId: vmIdSchema.parse(vmId), epoch: 1, generation: 7, specRevision: 1, state: 'running' },
    ...{ stateSince: new Date().toISOString(), pauseReason: null, silentSince: null, run: null, lastExit: null },
    ...{ addresses: [], volumes: [], guest: { isAgentConnected: false, hostname: null, osName: null, kernel: null } },
  },
})
