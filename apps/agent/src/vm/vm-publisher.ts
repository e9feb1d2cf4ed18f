/**
 * What is told of one machine, and its record on disk.
 *
 * Owner of its state: the machine's record, generation included. Invariants: each change that anybody can see has a
 * generation of its own, and generations never fall, also over a crash of the agent: the file always holds one that is
 * at least as high as any that was published, because it is written ahead in strides (before the door is opened, see
 * open-machines.ts, and from then on half a stride early). They also begin no lower than the clock, for the case that the
 * file is older than what was published: a host that was set back to a backup, a disk that was full. Were they to fall,
 * every panel would take what is said for old news, and show what was before. Transitions are logged with id, from, to,
 * cause and generation.
 */
import { isDeepStrictEqual } from 'node:util'
import type { GuestAddress, GuestInfo, VmObservation } from '@berth/core/vm/vm-observation'
import { vmRunSchema } from '@berth/core/vm/vm-observation'
import { startingFieldsSchema } from '@berth/core/vm/restart-pending'
import type { VolumeObservation } from '@berth/core/storage/volume'
import type { PauseReason } from '@berth/core/vm/vm-state'
import { nextVmState, type VmHappening } from '@berth/core/vm/vm-transitions'
import type { Logger } from 'pino'
import type { VmRecord } from './vm-record.ts'
import type { VmStore } from './vm-store.ts'

/** What is only known while it is seen, and not kept on disk. */
export interface VmSightings {
  readonly addresses: readonly GuestAddress[]
  readonly guest: GuestInfo
  readonly volumes: readonly VolumeObservation[]
  /** ISO; see silence.ts. */
  readonly silentSince: string | null
}

export const noGuest: GuestInfo = { isAgentConnected: false, hostname: null, osName: null, kernel: null }

export interface VmPublisherOptions {
  record: VmRecord
  store: Pick<VmStore, 'save'>
  logger: Logger
  onChange: (observation: VmObservation) => void
}

const generationStride = 1_000
/** Generations are 32 bits wide in the panel's database; a host whose clock went wild must not use them up. */
const maxClockGeneration = 2 ** 30
const clockEpochMs = Date.UTC(2026, 0, 1)

/** Seconds since 2026: rises faster than any machine changes over days, and over an agent's restart in any case. */
export function clockGeneration(): number {
  const seconds = Math.floor((Date.now() - clockEpochMs) / 1_000)
  return Math.min(Math.max(seconds, 1), maxClockGeneration)
}

/** As it is kept: so many changes may be published before it must be written again. */
export const writtenAhead = (record: VmRecord): VmRecord => ({
  ...record,
  generation: record.generation + generationStride,
})

export class VmPublisher {
  readonly #options: VmPublisherOptions
  #record: VmRecord
  #sightings: VmSightings = { addresses: [], guest: noGuest, volumes: [], silentSince: null }
  /** The highest generation that a crash of the agent cannot bring back. */
  #generationOnDisk: number
  #saving: Promise<void> = Promise.resolve()
  #isSaveQueued = false

  constructor(options: VmPublisherOptions) {
    this.#options = options
    this.#record = { ...options.record, generation: Math.max(options.record.generation, clockGeneration()) }
    this.#generationOnDisk = options.record.generation
  }

  get record(): VmRecord {
    return this.#record
  }

  get isSilent(): boolean {
    return this.#sightings.silentSince !== null
  }

  observation(): VmObservation {
    const { vmId, epoch, generation, specRevision, state, stateSince, pauseReason, lastExit, run } = this.#record
    return {
      ...{ vmId, epoch, generation, specRevision, state, stateSince, pauseReason, lastExit },
      // A silence ends with its process, and that may be before anybody looked again.
      silentSince: state === 'stopped' ? null : this.#sightings.silentSince,
      run: run === null ? null : vmRunSchema.parse({ ...run, startedWith: startingFieldsSchema.parse(run.spec) }),
      addresses: [...this.#sightings.addresses],
      guest: this.#sightings.guest,
      volumes: [...this.#sightings.volumes],
    }
  }

  /** Moves the machine by what happened; false when that changes nothing in its state. `extra` changes with it. */
  move(happening: VmHappening, extra: Partial<VmRecord> = {}): boolean {
    const from = this.#record.state
    const to = nextVmState(from, happening)
    if (to === undefined) return false
    this.change({ pauseReason: null, ...extra, state: to, stateSince: new Date().toISOString() })
    const { vmId, generation } = this.#record
    this.#options.logger.info({ vmId, from, to, cause: happening.kind, generation }, 'machine moved')
    return true
  }

  /** Changes the record; published when it differs. Not yet on disk: see `saved`. */
  change(patch: Partial<VmRecord>): void {
    const next = { ...this.#record, ...patch }
    if (isDeepStrictEqual(next, this.#record)) return
    this.#record = { ...next, generation: this.#record.generation + 1 }
    this.#save()
    this.#options.onChange(this.observation())
  }

  /** Changes what is seen; published when it differs, and written only once in a stride. */
  sight(patch: Partial<VmSightings>): void {
    // Each round of the sampler says so of each machine, and hardly ever anything is new: not worth a deep look.
    if (Object.entries(patch).every(([name, value]) => Reflect.get(this.#sightings, name) === value)) return
    const next = { ...this.#sightings, ...patch }
    if (isDeepStrictEqual(next, this.#sightings)) return
    this.#sightings = next
    this.#record = { ...this.#record, generation: this.#record.generation + 1 }
    if (this.#record.generation >= this.#generationOnDisk - generationStride / 2) this.#save()
    this.#options.onChange(this.observation())
  }

  setPauseReason(pauseReason: PauseReason): void {
    if (this.#record.state === 'paused') this.change({ pauseReason })
  }

  /** Resolves when all changes up to now are on disk; throws when they could not be written. */
  async saved(): Promise<void> {
    await this.#saving
  }

  /** One writer at a time; changes that come while one waits go with it. A failure is mended by the next change. */
  #save(): void {
    if (this.#isSaveQueued) return
    this.#isSaveQueued = true
    const write = async (): Promise<void> => {
      this.#isSaveQueued = false
      const ahead = writtenAhead(this.#record)
      await this.#options.store.save(ahead)
      this.#generationOnDisk = ahead.generation
    }
    this.#saving = this.#saving.then(write, write)
    this.#saving.catch((error: unknown) => {
      this.#options.logger.error({ err: error, vmId: this.#record.vmId }, 'the record could not be written')
    })
  }
}
