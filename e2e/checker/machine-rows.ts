/** What the panel's rows say of machines and volumes. */
import { z } from 'zod'
import { queryRows } from './panel-rows.ts'

const machineRow = z.object({
  id: z.string(),
  lifecycle: z.string(),
  is_deleted: z.boolean(),
  host: z.string().nullable(),
  owner_epoch: z.number(),
  state: z.string().nullable(),
  seen_host: z.string().nullable(),
  pid: z.number().nullable(),
  nics: z.array(z.object({ nicId: z.string() })),
  is_busy: z.boolean(),
})
export type MachineRow = z.infer<typeof machineRow>

const machinesSql = `
  SELECT vm.id, vm.lifecycle, vm.deleted_at IS NOT NULL AS is_deleted, host.name AS host, vm.owner_epoch, seen.state,
         seen_host.name AS seen_host, (seen.observed->'run'->>'pid')::int AS pid,
         coalesce(vm.spec->'nics', '[]') AS nics,
         EXISTS (SELECT 1 FROM operation WHERE operation.vm_id = vm.id AND operation.ended_at IS NULL) AS is_busy
  FROM vm LEFT JOIN host ON host.id = vm.host_id
          LEFT JOIN vm_observed seen ON seen.vm_id = vm.id LEFT JOIN host seen_host ON seen_host.id = seen.host_id`

export const readMachines = (dataDir: string): Promise<MachineRow[]> =>
  queryRows(dataDir, machineRow, [machinesSql, []])

const volumeRow = z.object({
  id: z.string(),
  vm_id: z.string().nullable(),
  host: z.string().nullable(),
  pool: z.string(),
  state: z.string(),
  format: z.enum(['qcow2', 'raw']),
  size_bytes: z.coerce.number(),
})
export type VolumeRow = z.infer<typeof volumeRow>

const volumesSql = `
  SELECT volume.id, vm_id, host.name AS host, pool, volume.state, format, size_bytes
  FROM volume LEFT JOIN host ON host.id = volume.host_id`

export const readVolumes = (dataDir: string): Promise<VolumeRow[]> => queryRows(dataDir, volumeRow, [volumesSql, []])

export const isOn = ({ state }: MachineRow): boolean => state === 'running' || state === 'paused'
