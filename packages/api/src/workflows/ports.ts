/**
 * What workflows need of the rest of the panel. They touch rows and hosts only through these, so that the harness can
 * run them over a world in memory. Every write is idempotent: a step may do it twice.
 */
import type { ImageSource } from '@berth/core/agent-contract/agent-commands'
import type { VmSighting } from '@berth/core/agent-contract/step-report'
import type { WireError } from '@berth/core/errors/app-error'
import type { ImageObservation } from '@berth/core/image/image'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import type { AgentLink } from '../agents/agent-link.ts'

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

export interface VmRecords {
  /** Null when there is no such machine any more. */
  find(vmId: string): Promise<VmRecord | null>
  /** What its host restores after a reboot. Part of the spec; it raises the revision when it changes. */
  setDesiredPower(vmId: string, power: 'on' | 'off'): Promise<void>
  setLifecycle(vmId: string, lifecycle: 'creating' | 'present' | 'deleting'): Promise<void>
  setVolumesReady(vmId: string): Promise<void>
  setVolumeSize(volumeId: string, sizeBytes: number): Promise<void>
  /** Goes back to an earlier spec, under a new revision; nothing when the row has it already. */
  restoreSpec(vmId: string, spec: VmSpec): Promise<void>
  /** The newest report of a machine wins, whatever way it came. Nothing while the database is away: the stream tells it again. */
  setObserved(hostId: string, sighting: VmSighting): Promise<void>
  /** The machine's and its volumes' rows: the machine stays as a tombstone that no list shows. */
  remove(vmId: string): Promise<void>
}

export interface ImageRecord {
  readonly imageId: string
  readonly source: ImageSource
  /** Where its file is, or may be. */
  readonly replicas: readonly { readonly hostId: string; readonly pool: string }[]
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
  removeReplica(imageId: string, hostId: string): Promise<void>
  remove(imageId: string): Promise<void>
}

export interface WorkflowContext {
  /** Throws HOST_NOT_FOUND. */
  link(hostId: string): AgentLink
  readonly vms: VmRecords
  readonly images: ImageRecords
}
