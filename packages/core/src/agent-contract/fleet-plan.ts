/**
 * What a panel and a fleet of simulated hosts agree on for a demo, as files in one folder: the panel writes plan.json (pool,
 * network, image), each host `<name>/machines.json` (which machines it begins with), and the panel an empty file `filled` once
 * it has rows for them all. No part of the contract with real hosts.
 */
import { z } from 'zod'
import { imageIdSchema, networkIdSchema, poolIdSchema, vmIdSchema } from '../ids/ids.ts'
import type { ImageObservation } from '../image/image.ts'
import { ipv4CidrSchema } from '../network/network.ts'
import { poolNameSchema, poolPathSchema } from '../storage/volume.ts'
import { vmSpecSchema } from '../vm/vm-spec.ts'

export const fleetPlanSchema = z.object({
  pool: z.object({ poolId: poolIdSchema, name: poolNameSchema, path: poolPathSchema }),
  network: z.object({ networkId: networkIdSchema, gatewayCidr: ipv4CidrSchema }),
  imageId: imageIdSchema,
})
export type FleetPlan = z.infer<typeof fleetPlanSchema>

export const fleetMachineSchema = z.object({
  vmId: vmIdSchema,
  description: z.string(),
  tags: z.array(z.string()),
  createdAt: z.iso.datetime(),
  spec: vmSpecSchema,
})
export type FleetMachine = z.infer<typeof fleetMachineSchema>

export const fleetFiles = { plan: 'plan.json', machines: 'machines.json', filled: 'filled' } as const

/** The file of a host's token lies in its folder. */
export const fleetTokenFile = 'join-token'

export const fleetHostName = (index: number): string => `sim-${String(index + 1).padStart(3, '0')}`

/** The image in the shared pool: a header without content. */
export const fleetImageOf = ({ imageId }: Pick<FleetPlan, 'imageId'>): ImageObservation => ({
  ...{ imageId, kind: 'disk', format: 'qcow2', virtualBytes: 4 * 2 ** 30, allocatedBytes: 4_096 },
  sha256: '0'.repeat(64),
  fileSha256: null,
})
