/**
 * How machines change hands between hosts in memory: what each says of who owns the one machine, and commands that change it as
 * docs/decisions/0012 has it. After each change it looks whether two say "mine".
 */
import { createHash } from 'node:crypto'
import type { AgentCommand } from '@berth/core/agent-contract/agent-commands'
import type { MoveOwnership, MovePassport } from '@berth/core/agent-contract/move-commands'
import { AppError } from '@berth/core/errors/app-error'
import type { HostId } from '@berth/core/ids/ids'
import type { MoveReport, NetworkSilence } from '@berth/core/migration/move-progress'

type MoveCommand = Extract<AgentCommand, { kind: `move.${string}` }>
type CommandOf<K extends MoveCommand['kind']> = Extract<MoveCommand, { kind: K }>

export const fakeReport: MoveReport = {
  ...{ totalMs: 400, downtimeMs: 60, pauseMs: 90, transferredBytes: 1_000_000 },
  passes: [{ number: 1, bytes: 1_000_000, ms: 300 }],
}

const door = { host: '10.0.0.2', port: 49_152 }

export class FakeMoves {
  readonly #owners = new Map<HostId, MoveOwnership>()
  readonly #prepared = new Map<HostId, Pick<CommandOf<'move.prepare'>, 'tokenHash' | 'tlsKey' | 'disks'>>()
  readonly #passport: MovePassport
  /** Why not all memory followed a machine that went ahead of it. */
  memoryLoss: string | null = null
  /** Known only after the move. */
  network: NetworkSilence | undefined
  /** What must never have been, one line each. */
  readonly violations: string[] = []
  /** Called when the source has given the machine away and before the target is asked; throws as a target that refuses. */
  onGiven: () => void = () => undefined

  constructor(source: HostId, passport: MovePassport) {
    this.#passport = passport
    this.#owners.set(source, { kind: 'mine', epoch: 1 })
  }

  ownerAt(hostId: HostId): MoveOwnership {
    return this.#owners.get(hostId) ?? { kind: 'unknown' }
  }

  /** As a host that lost what it was told. */
  forget(hostId: HostId): void {
    this.#say(hostId, { kind: 'unknown' })
  }

  apply(hostId: HostId, command: MoveCommand): unknown {
    switch (command.kind) {
      case 'move.inspect':
        this.#requireMine(hostId, command.vmEpoch)
        return this.#passport
      case 'move.prepare':
        return this.#prepare(hostId, command)
      case 'move.send':
        return this.#send(hostId, command)
      case 'move.follow':
        if (this.memoryLoss !== null) throw new AppError('MOVE_MEMORY_LOST', this.memoryLoss)
        return { ...fakeReport, ...(this.network && { network: this.network }) }
      case 'move.abandon':
        if (this.ownerAt(hostId).kind === 'waiting') this.#say(hostId, { kind: 'unknown' })
        return {}
      case 'move.rehearse':
        return this.#rehearse(hostId, command)
    }
  }

  #prepare(
    hostId: HostId,
    { vmEpoch, moveId, tokenHash, tlsKey, passport, disks }: CommandOf<'move.prepare'>,
  ): unknown {
    if (this.ownerAt(hostId).kind === 'mine') throw new AppError('VM_STATE_CONFLICT', 'It is mine already.')
    if (passport.spec.cloudInit?.password !== undefined) this.violations.push('a password was passed on')
    this.#say(hostId, { kind: 'waiting', epoch: vmEpoch + 1, moveId })
    this.#prepared.set(hostId, { tokenHash, tlsKey, disks })
    return { memory: door, ...(disks === undefined ? {} : { disks: door }) }
  }

  #send(source: HostId, command: CommandOf<'move.send'>): unknown {
    const { vmEpoch, moveId, token, tlsKey, target, disks } = command
    const before = this.ownerAt(source)
    if (before.kind === 'given' && before.isTaken) return fakeReport
    this.#requireMine(source, vmEpoch)
    const waiting = this.ownerAt(target.hostId)
    const prepared = this.#prepared.get(target.hostId)
    const isRight =
      prepared?.tlsKey === tlsKey && prepared.tokenHash === createHash('sha256').update(token).digest('hex')
    const wanted = JSON.stringify(prepared?.disks)
    if (JSON.stringify(disks) !== wanted || (disks === undefined) !== (target.disks === undefined)) {
      this.violations.push('the source was told of other disks than the target')
    }
    if (waiting.kind !== 'waiting' || waiting.moveId !== moveId || !isRight) {
      throw new AppError('MOVE_FAILED', 'Nothing waits there.')
    }
    this.#say(source, { kind: 'given', epoch: vmEpoch + 1, hostId: target.hostId, isTaken: false })
    try {
      this.onGiven()
    } catch (error) {
      this.#say(target.hostId, { kind: 'unknown' })
      this.#say(source, { kind: 'mine', epoch: vmEpoch + 2 })
      throw error
    }
    this.#say(target.hostId, { kind: 'mine', epoch: vmEpoch + 1 })
    this.#say(source, { kind: 'given', epoch: vmEpoch + 1, hostId: target.hostId, isTaken: true })
    return fakeReport
  }

  #rehearse(source: HostId, { vmEpoch, moveId, target }: CommandOf<'move.rehearse'>): unknown {
    this.#requireMine(source, vmEpoch)
    if (target === null) return { path: null }
    const waiting = this.ownerAt(target.hostId)
    if (waiting.kind !== 'waiting' || waiting.moveId !== moveId)
      throw new AppError('MOVE_FAILED', 'Nothing waits there.')
    // As QEMU does when its sender goes away after the handshake.
    this.#say(target.hostId, { kind: 'unknown' })
    return { path: { agentRoundTripMs: 1, handshakeMs: 4, cipher: 'TLSv1.2, PSK' } }
  }

  #requireMine(hostId: HostId, epoch: number): void {
    const owner = this.ownerAt(hostId)
    if (owner.kind !== 'mine') throw new AppError('VM_NOT_FOUND', 'It is not mine.')
    if (owner.epoch !== epoch) throw new AppError('EPOCH_STALE', `It is mine at ${owner.epoch}, not ${epoch}.`)
  }

  #say(hostId: HostId, what: MoveOwnership): void {
    this.#owners.set(hostId, what)
    const owners = [...this.#owners].filter(([, { kind }]) => kind === 'mine')
    if (owners.length > 1) this.violations.push(`${owners.length} hosts say that it is theirs`)
    if (owners.length === 0 && ![...this.#owners.values()].some(({ kind }) => kind === 'given')) {
      this.violations.push('nobody has it')
    }
  }
}
