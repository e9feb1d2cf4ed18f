/** A fleet of thousands for tests of the list, written by the database itself: 10,000 machines take about a second. */
import type { PrismaClient } from '@berth/prisma/client'

export interface Fleet {
  readonly vmCount: number
  readonly hostCount: number
  readonly ownerId: string
}

/**
 * Machines web-00001… on hosts fleet-001…, of 1 to 8 vCPUs and 1 to 16 GiB, tagged prod or dev, at 10.20.x.y, three of
 * five running. Statistics are taken, as PostgreSQL does by itself a minute later.
 */
export async function addFleet(db: PrismaClient, { vmCount, hostCount, ownerId }: Fleet): Promise<void> {
  await db.$executeRaw`
    INSERT INTO host (id, name, address, port, state)
    SELECT gen_random_uuid(), 'fleet-' || lpad(i::text, 3, '0'), '10.9.0.1', 1, 'online' FROM generate_series(1, ${hostCount}::int) i`
  await db.$executeRaw`
    WITH hosts AS (SELECT id, row_number() OVER (ORDER BY name) AS at FROM host WHERE name LIKE 'fleet-%')
    INSERT INTO vm (id, name, description, tags, owner_id, host_id, lifecycle, spec)
    SELECT gen_random_uuid(), 'web-' || lpad(i::text, 5, '0'), repeat('Runs what the team of floor ' || i % 17 || ' asked for. ', 6),
      ARRAY[CASE WHEN i % 2 = 0 THEN 'prod' ELSE 'dev' END, 'team-' || i % 17], ${ownerId}::uuid, hosts.id, 'present',
      jsonb_build_object('name', 'web-' || i, 'vcpus', 1 + i % 8, 'memoryBytes', (1 + i % 16) * 1073741824::bigint,
        'firmware', 'bios', 'machineType', 'pc-q35-7.2', 'hasScreen', true, 'nics', '[]'::jsonb, 'cloudInit', NULL, 'desiredPower', 'on',
        'disks', jsonb_build_array(jsonb_build_object('volumeId', gen_random_uuid(), 'pool', 'default', 'format', 'qcow2',
          'sizeBytes', (1 + i % 500) * 1073741824::bigint, 'source', jsonb_build_object('kind', 'blank'))))
    FROM generate_series(1, ${vmCount}::int) i JOIN hosts ON hosts.at = 1 + i % ${hostCount}::int`
  await db.$executeRaw`
    INSERT INTO vm_observed (vm_id, host_id, epoch, generation, state, state_since, boot_id, observed)
    SELECT vm.id, vm.host_id, 1, 1, states.state, now(), 'boot', jsonb_build_object('vmId', vm.id, 'epoch', 1, 'generation', 1,
      'specRevision', 1, 'state', states.state, 'stateSince', '2026-01-01T00:00:00.000Z', 'pauseReason', NULL, 'run', NULL, 'lastExit', NULL,
      'addresses', jsonb_build_array(jsonb_build_object('mac', '52:54:00:00:00:01', 'source', 'lease',
        'ip', '10.20.' || states.number / 250 || '.' || states.number % 250)),
      'guest', jsonb_build_object('isAgentConnected', false, 'hostname', NULL, 'osName', NULL, 'kernel', NULL), 'volumes', '[]'::jsonb)
    FROM vm CROSS JOIN LATERAL (SELECT right(vm.name, 5)::int AS number,
      CASE WHEN right(vm.name, 5)::int % 5 < 3 THEN 'running' ELSE 'stopped' END AS state) states
    WHERE vm.name ~ '^web-[0-9]{5}$'`
  for (const table of ['host', 'vm', 'vm_observed', 'vm_search']) await db.$executeRawUnsafe(`ANALYZE ${table}`)
}
