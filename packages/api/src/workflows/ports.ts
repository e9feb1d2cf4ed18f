/**
 * What workflows need of the rest of the panel. They touch rows and hosts only through these, so that the harness can
 * run them over a world in memory. Every write is idempotent: a step may do it twice.
 */
import type { ImageSource } from '@berth/core/agent-contract/agent-commands'
import type { VmSighting } from '@berth/core/agent-contract/step-report'
import type { WireError } from '@berth/core/errors/app-error'
import type { ImageSender } from '../image/image-place-repo.ts'
import type { ImageObservation } from '@berth/core/image/image'
import type { MovePlan } from '@berth/core/maintenance/drain'
import type { MovedDisk } from '@berth/core/migration/disk-plan'
import type { HostFitness } from '@berth/core/migration/move-fitness'
import type { MoveProgress, MoveReport } from '@berth/core/migration/move-progress'
import type { PoolObservation } from '@berth/core/storage/volume'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import type { AgentLink } from '../agents/agent-link.ts'
import type { DrainChild, DrainItem, DrainState } from '../maintenance/drain-state.ts'

export interface VmRecord {
  readonly vmId: string
  readonly hostId: string
  /** Grows with every hand-over; commands carry it. */
  readonly ownerEpoch: number
  readonly revision: number
  readonly lifecycle: 'creating' | 'present' | 'deleting'
  /** With the password in it, opened: for the agent only. */
  readonly spec: VmSpec
}

export interface VmOwner {
  readonly hostId: string
  readonly epoch: number
  /** Absent: all are where they were. */
  readonly disks?: readonly MovedDisk[]
}

export interface VmRecords {
  /** Null when there is no such machine any more. */
  find(vmId: string): Promise<VmRecord | null>
  /** What its host restores after a reboot. Part of the spec; it raises the revision when it changes. */
  setDesiredPower(vmId: string, power: 'on' | 'off'): Promise<void>
  setLifecycle(vmId: string, lifecycle: 'creating' | 'present' | 'deleting'): Promise<void>
  setVolumesReady(vmId: string): Promise<void>
  setVolumeSize(volumeId: string, sizeBytes: number): Promise<void>
  /** In the machine's spec, under a new revision, and in the volume's row; nothing when it is there by now. */
  setDiskPool(vmId: string, disk: { volumeId: string; pool: string }): Promise<void>
  /** Goes back to an earlier spec, under a new revision; nothing when the row has it already. */
  restoreSpec(vmId: string, spec: VmSpec): Promise<void>
  /** The newest report of a machine wins, whatever way it came. Nothing while the database is away: the stream tells it again. */
  setObserved(hostId: string, sighting: VmSighting): Promise<void>
  /**
   * Follows the owner: where the machine is from now on, under which epoch, and in which pools those of its disks are that came
   * along. Nothing for an epoch that is not higher than the row's. What its former host saw of it stays until the new one speaks.
   */
  setOwner(vmId: string, owner: VmOwner): Promise<void>
  /** The machine's and its volumes' rows: the machine stays as a tombstone that no list shows. */
  remove(vmId: string): Promise<void>
}

export interface ImageRecord {
  readonly imageId: string
  readonly source: ImageSource
  /** Where its file is, or may be. */
  readonly replicas: readonly { readonly hostId: string; readonly pool: string }[]
}

/** Where an image is now, and who can send it. */
export interface ImageWhereabouts {
  readonly name: string
  /** Of what was imported: the same wherever it is the same image. */
  readonly sha256: string | null
  readonly places: readonly { readonly hostId: string; readonly pool: string }[]
  /** Copies that are being forgotten: nobody may begin to use them. */
  readonly leaving: readonly { readonly hostId: string; readonly pool: string }[]
  readonly senders: readonly ImageSender[]
}

export interface ImageRecords {
  find(imageId: string): Promise<ImageRecord | null>
  setReplica(imageId: string, replica: { hostId: string; pool: string; state: 'importing' | 'ready' }): Promise<void>
  setReady(imageId: string, seen: ImageObservation): Promise<void>
  /** Stays in the list as failed, with the reason, until it is deleted or imported again. */
  setFailed(imageId: string, error: WireError): Promise<void>
  /** Throws IMAGE_IN_USE while a volume shares blocks with it, in the same transaction that marks it. */
  setDeleting(imageId: string): Promise<void>
  setUndeleted(imageId: string): Promise<void>
  removeReplica(imageId: string, place: { hostId: string; pool: string }): Promise<void>
  /** Throws IMAGE_NOT_FOUND. */
  whereabouts(imageId: string): Promise<ImageWhereabouts>
  /**
   * Takes one copy out of use, so that nothing new is made of it. Throws IMAGE_IN_USE when something is, or where no other
   * copy would be left, in the same transaction. Nothing where it is out of use, or gone.
   */
  setForgetting(imageId: string, place: { hostId: string; pool: string }): Promise<void>
  /** The copy is there still. */
  setKept(imageId: string, place: { hostId: string; pool: string }): Promise<void>
  remove(imageId: string): Promise<void>
}

/** What two hosts know of one move alone. In no row and no journal, and the same whenever it is asked for. */
export interface MoveSecrets {
  readonly token: string
  readonly tokenHash: string
  readonly tlsKey: string
}

/** Keeps the last figures of a move while it is sent; disposing waits until they are kept. */
export interface MoveFigures extends AsyncDisposable {
  note(progress: MoveProgress): void
}

export interface MoveRecords {
  /**
   * Why that host can take the machine now, with its disks into these pools. Throws HOST_UNFIT with the reasons when it cannot,
   * HOST_NOT_FOUND.
   */
  requireFit(vmId: string, target: { hostId: string; disks: readonly MovedDisk[] }): Promise<HostFitness>
  secretsOf(operationId: string): MoveSecrets
  /** By which a host shows that it may read images of another one for this operation. Kept as the secrets are. */
  imageTokenOf(operationId: string): Pick<MoveSecrets, 'token' | 'tokenHash'>
  /** Where a host's agent listens, and the subnet by which machines come to it, if that is another. Throws HOST_NOT_FOUND. */
  addressOf(hostId: string): Promise<{ address: string; port: number; moveNetwork: string | null }>
  figures(operationId: string): MoveFigures
  setReport(operationId: string, report: MoveReport): Promise<void>
  /** The target is away: what waits there is ended once it is back. */
  oweAbandon(operationId: string): Promise<void>
}

export interface PoolRecords {
  /** What a host says of a pool that it has now. */
  setSeen(hostId: string, pool: PoolObservation): Promise<void>
  /** The host has it no more. Images that it brought there are the others' from now on. */
  removeSeen(hostId: string, pool: { poolId: string; name: string }): Promise<void>
  hasOthers(poolId: string, hostId: string): Promise<boolean>
  /** Frees its name; nothing while a host has it. */
  forget(poolId: string): Promise<void>
}

export interface DrainRecords {
  /** From now on the host takes nothing new. */
  close(hostId: string): Promise<void>
  /** With the machines that came to the host meanwhile, and without those that are no more. */
  read(operationId: string): Promise<DrainState>
  /** Of the machines that wait to be moved, as the hosts are now. */
  plan(drain: DrainState): Promise<MovePlan>
  write(operationId: string, items: readonly DrainItem[]): Promise<void>
  /** The tasks of those that are under way, by their ids. */
  children(drain: DrainState): Promise<ReadonlyMap<string, DrainChild>>
  /** The id of the task that moves it, or shuts it down; the same for the same try. Throws why there is none. */
  begin(operationId: string, item: DrainItem): Promise<string>
  /** Nothing for a task that has ended, or can no longer be cancelled. */
  stop(childId: string): Promise<void>
  /** Ends early, without an error, when the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>
}

export interface WorkflowContext {
  /** Throws HOST_NOT_FOUND. */
  link(hostId: string): AgentLink
  readonly vms: VmRecords
  readonly images: ImageRecords
  readonly pools: PoolRecords
  readonly moves: MoveRecords
  readonly drains: DrainRecords
}
