/** Hosts: what an agent says of the computer it runs on. Facts change rarely; gauges with every heartbeat. */
import { z } from 'zod'
import { hostIdSchema } from '../ids/ids.ts'
import { poolObservationSchema } from '../storage/volume.ts'
import { agentFitSchema } from './agent-capabilities.ts'

export const accelerationSchema = z.object({
  kind: z.enum(['kvm', 'tcg']),
  /** Why TCG, in words: "the CPU shows neither vmx nor svm". Empty with KVM. */
  reason: z.string(),
})

export const hostNicSchema = z.object({
  name: z.string(),
  mac: z.string(),
  addresses: z.array(z.string()),
  speedMbps: z.int().nullable(),
  isUp: z.boolean(),
  isBridge: z.boolean(),
})

/** One line of the host's self-test: what was looked at, whether it holds, and what to do if not. */
export const hostCheckSchema = z.object({
  name: z.string(),
  status: z.enum(['ok', 'warning', 'failed']),
  message: z.string(),
})
export type HostCheck = z.infer<typeof hostCheckSchema>

/** A node of memory and the processors next to it; `cpus` as the kernel lists them: "0-3,8-11". */
export const numaNodeSchema = z.object({ nodeId: z.int(), cpus: z.string(), cpuCount: z.int(), memoryBytes: z.int() })
export type NumaNode = z.infer<typeof numaNodeSchema>

/** Pages of one size that the kernel keeps for whoever asks for large ones. */
export const hugePagesSchema = z.object({ pageBytes: z.int(), totalCount: z.int() })

/** What the processor and the kernel offer to machines. Null: they do not tell. KVM is `acceleration`. */
export const hostAbilitiesSchema = z.object({
  iommu: z.boolean().nullable(),
  sev: z.boolean().nullable(),
  nestedVirtualization: z.boolean().nullable(),
  ksm: z.boolean().nullable(),
})
export type HostAbilities = z.infer<typeof hostAbilitiesSchema>

export const hostFactsSchema = z.object({
  hostname: z.string(),
  osName: z.string(),
  kernel: z.string(),
  architecture: z.string(),
  cpuModel: z.string(),
  cpuCount: z.int(),
  /** What machines find in their processors here, by QEMU's names, sorted; absent from agents that do not say. */
  cpuFlags: z.array(z.string()).optional(),
  memoryBytes: z.int(),
  bootId: z.string(),
  bootedAt: z.iso.datetime(),
  isRoot: z.boolean(),
  qemuVersion: z.string(),
  qemuPath: z.string(),
  defaultMachineType: z.string(),
  machineTypes: z.array(z.string()),
  acceleration: accelerationSchema,
  firmwares: z.array(z.enum(['bios', 'uefi'])),
  networkKinds: z.array(z.enum(['user', 'nat'])),
  nics: z.array(hostNicSchema),
  checks: z.array(hostCheckSchema),
  /** Bridges of the host's own that machines may be put on; absent from agents that do not say. */
  bridges: z.array(z.string()).optional(),
  // Absent from agents that do not say.
  numaNodes: z.array(numaNodeSchema).optional(),
  hugePages: z.array(hugePagesSchema).optional(),
  abilities: hostAbilitiesSchema.optional(),
})
export type HostFacts = z.infer<typeof hostFactsSchema>

/** What a host uses now. `cpuShare` is 0 to 1 over all processors; rates are per second since the last sample. */
export const hostGaugesSchema = z.object({
  at: z.iso.datetime(),
  cpuShare: z.number(),
  loadAverage1m: z.number(),
  memoryUsedBytes: z.int(),
  memoryAvailableBytes: z.int(),
  diskReadBytesPerSecond: z.number(),
  diskWriteBytesPerSecond: z.number(),
  networkRxBytesPerSecond: z.number(),
  networkTxBytesPerSecond: z.number(),
  /** In the order of the facts' lists, where there is more than one node, or are any large pages. */
  numaFreeBytes: z.array(z.int()).optional(),
  hugePagesFree: z.array(z.int()).optional(),
})
export type HostGauges = z.infer<typeof hostGaugesSchema>

/** `online`: heard from lately. `offline`: the link is down since `stateSince`; its machines' states are unknown. */
export const hostStateSchema = z.enum(['joining', 'online', 'offline'])

export const hostViewSchema = z.object({
  hostId: hostIdSchema,
  name: z.string(),
  address: z.string(),
  state: hostStateSchema,
  stateSince: z.iso.datetime(),
  seenAt: z.iso.datetime().nullable(),
  clockSkewMs: z.number().nullable(),
  agentVersion: z.string().nullable(),
  agentFit: agentFitSchema,
  /** Its certificates are refused since then; it joins again by a new token only. */
  revokedAt: z.iso.datetime().nullable(),
  isInMaintenance: z.boolean(),
  /** Subnet by which machines come to it when they move; null: by its address. */
  moveNetwork: z.string().nullable(),
  facts: hostFactsSchema.nullable(),
  gauges: hostGaugesSchema.nullable(),
  pools: z.array(poolObservationSchema),
  /** What the machines that are on may use, and what all machines of this host may use. */
  committed: z.object({ vcpus: z.int(), memoryBytes: z.int(), vmCount: z.int(), runningVmCount: z.int() }),
})
export type HostView = z.infer<typeof hostViewSchema>
