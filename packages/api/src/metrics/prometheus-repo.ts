import type { DatabaseClient } from '@berth/prisma/client'

export interface Counts {
  readonly hosts: readonly { readonly state: string; readonly count: number }[]
  readonly vms: readonly { readonly state: string; readonly count: number }[]
  readonly operations: readonly { readonly status: string; readonly count: number }[]
}

/** Three counts, each over an index. */
export async function readCounts(db: DatabaseClient): Promise<Counts> {
  const [hosts, vms, operations] = await Promise.all([
    db.host.groupBy({ by: ['state'], _count: true }),
    db.$queryRaw<{ state: string; count: bigint }[]>`
      SELECT CASE WHEN vm.lifecycle IN ('creating', 'deleting') THEN vm.lifecycle
                  WHEN host.state IS DISTINCT FROM 'online' OR seen.state IS NULL THEN 'unknown'
                  ELSE seen.state END AS state, COUNT(*) AS count
      FROM vm LEFT JOIN host ON host.id = vm.host_id LEFT JOIN vm_observed seen ON seen.vm_id = vm.id
      WHERE vm.deleted_at IS NULL GROUP BY 1`,
    db.operation.groupBy({
      by: ['status'],
      where: { status: { in: ['queued', 'running', 'cancelling'] } },
      _count: true,
    }),
  ])
  return {
    hosts: hosts.map((row) => ({ state: row.state, count: row._count })),
    vms: vms.map((row) => ({ state: row.state, count: Number(row.count) })),
    operations: operations.map((row) => ({ status: row.status, count: row._count })),
  }
}
