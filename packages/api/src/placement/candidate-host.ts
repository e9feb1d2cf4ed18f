/** A host as placement weighs it: all that any rule may ask of it, and nothing else. */
export interface CandidatePool {
  readonly name: string
  readonly freeBytes: number
  /** The same on every host that sees this folder; null: only this host does. */
  readonly sharedPoolId: string | null
  /** Why nothing can be done in it now; null: it works. */
  readonly problem: string | null
}

export interface CandidateHost {
  readonly hostId: string
  readonly name: string
  readonly state: 'joining' | 'online' | 'offline'
  readonly stateSince: Date
  readonly isInMaintenance: boolean
  readonly capabilities: readonly string[]
  readonly architecture: string
  readonly cpuModel: string
  /** What machines find in their processors there; absent: its agent does not say. */
  readonly cpuFlags?: readonly string[] | undefined
  readonly cpuCount: number
  readonly memoryBytes: number
  /** What the machines that are on, about to be, or under way to it, may use there. */
  readonly committedMemoryBytes: number
  readonly acceleration: { readonly kind: 'kvm' | 'tcg'; readonly reason: string }
  readonly qemuVersion: string
  readonly machineTypes: readonly string[]
  readonly firmwares: readonly string[]
  /** core's networksOffered: "user", "nat", "bridge br0". */
  readonly networks: readonly string[]
  readonly pools: readonly CandidatePool[]
  /** By which machines come to it; null: by its address. */
  readonly moveNetwork: string | null
  /** Of all its NICs, without their prefixes. */
  readonly addresses: readonly string[]
}

/** Kept for the host itself and its agent: a tenth, at most 2 GiB. */
export const reservedMemoryBytes = (memoryBytes: number): number => Math.min(memoryBytes / 10, 2 * 1024 ** 3)

/** For machines; less than nothing where more is promised than there is. */
export const freeMemoryBytesOf = ({ memoryBytes, committedMemoryBytes }: CandidateHost): number =>
  Math.floor(memoryBytes - reservedMemoryBytes(memoryBytes) - committedMemoryBytes)
