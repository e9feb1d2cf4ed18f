import type { DatabaseClient, PrismaClient } from '@berth/prisma/client'
import { AppError } from '@berth/core/errors/app-error'
import { someNames } from '@berth/core/errors/some-names'
import { newUuid } from '@berth/core/ids/ids'
import {
  networkConfigSchema,
  networkViewSchema,
  type NetworkConfig,
  type NetworkView,
} from '@berth/core/network/network'
import { decodeCursor, encodeCursor, type Page, type PageCut } from '../trpc/paging.ts'

/** By name. */
export async function listNetworks(db: DatabaseClient, page: PageCut): Promise<Page<NetworkView>> {
  const after = page.cursor === undefined ? undefined : decodeCursor(page.cursor)[0]
  const rows = await db.network.findMany({
    where: after === undefined ? {} : { name: { gt: after } },
    orderBy: { name: 'asc' },
    take: page.limit + 1,
  })
  const items = rows.slice(0, page.limit)
  const last = rows.length > page.limit ? items.at(-1) : undefined
  const counts = await countMachines(
    db,
    items.map(({ id }) => id),
  )
  return {
    items: items.map((row) => {
      const config = networkConfigSchema.parse(row.config)
      return networkViewSchema.parse({
        networkId: row.id,
        name: row.name,
        kind: config.kind,
        gatewayCidr: config.kind === 'nat' ? config.gatewayCidr : null,
        bridge: config.kind === 'bridge' ? config.bridge : null,
        description: row.description,
        vmCount: counts.get(row.id) ?? 0,
      })
    }),
    nextCursor: last ? encodeCursor([last.name, last.id]) : null,
  }
}

async function countMachines(db: DatabaseClient, networkIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await db.$queryRaw<{ id: string; count: number }[]>`
    SELECT nic->'network'->>'networkId' AS id, count(DISTINCT vm.id)::int AS count
    FROM vm CROSS JOIN LATERAL jsonb_array_elements(vm.spec->'nics') nic
    WHERE vm.deleted_at IS NULL AND nic->'network'->>'networkId' = ANY(${[...networkIds]}::text[])
    GROUP BY 1`
  return new Map(rows.map(({ id, count }) => [id, count]))
}

export interface NewBridgeNetwork {
  readonly name: string
  readonly bridge: string
  readonly description: string
}

/** Throws NETWORK_NAME_TAKEN. */
export async function createBridgeNetwork(db: DatabaseClient, wanted: NewBridgeNetwork): Promise<string> {
  const { name, description, bridge } = wanted
  const id = newUuid()
  const config = networkConfigSchema.parse({ networkId: id, kind: 'bridge', bridge })
  const row = { id, name, description, kind: 'bridge', config }
  const { count } = await db.network.createMany({ data: [row], skipDuplicates: true })
  if (count === 0)
    throw new AppError('NETWORK_NAME_TAKEN', `There is a network "${name}" already.`, { details: { field: 'name' } })
  return id
}

/** Throws NETWORK_NOT_FOUND. */
export async function requireNetworkRow(
  db: DatabaseClient,
  networkId: string,
): Promise<{ id: string; name: string; kind: string }> {
  const row = await db.network.findUnique({ where: { id: networkId }, select: { id: true, name: true, kind: true } })
  if (!row) throw new AppError('NETWORK_NOT_FOUND', `There is no network ${networkId}.`)
  return row
}

/**
 * Throws NETWORK_IN_USE with the machines' names. Who makes a machine holds its networks' rows until that one's is there
 * (`lockNetworks`), so that the count is of all.
 */
export async function deleteNetwork(db: PrismaClient, { id, name }: { id: string; name: string }): Promise<void> {
  await db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM network WHERE id = ${id}::uuid FOR UPDATE`
    const users = await tx.$queryRaw<{ name: string }[]>`
      SELECT vm.name FROM vm WHERE vm.deleted_at IS NULL
        AND vm.spec->'nics' @> ${JSON.stringify([{ network: { networkId: id } }])}::jsonb
      ORDER BY vm.name`
    if (users.length > 0)
      throw inUse(
        name,
        users.map((user) => user.name),
      )
    await tx.network.deleteMany({ where: { id } })
  })
}

function inUse(network: string, names: readonly string[]): AppError {
  const message = `"${network}" has interfaces of ${someNames(names)}.`
  return new AppError('NETWORK_IN_USE', message, { details: { names, vmCount: names.length } })
}

/** They stay until `tx` ends. Throws NETWORK_NOT_FOUND for one that went since it was looked at. */
export async function lockNetworks(tx: DatabaseClient, networkIds: readonly string[]): Promise<void> {
  const wanted = [...new Set(networkIds)]
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id::text AS id FROM network WHERE id = ANY(${wanted}::uuid[]) FOR KEY SHARE`
  const missing = wanted.find((id) => !rows.some((row) => row.id === id))
  if (missing !== undefined) throw new AppError('NETWORK_NOT_FOUND', `There is no network ${missing}.`)
}

/** Configurations in the order of the ids, each as often as it is named. Throws NETWORK_NOT_FOUND. */
export async function requireNetworks(db: DatabaseClient, networkIds: readonly string[]): Promise<NetworkConfig[]> {
  const rows = await db.network.findMany({ where: { id: { in: [...networkIds] } } })
  const byId = new Map(rows.map((row) => [row.id, networkConfigSchema.parse(row.config)]))
  return networkIds.map((id) => {
    const config = byId.get(id)
    if (!config) throw new AppError('NETWORK_NOT_FOUND', `There is no network ${id}.`)
    return config
  })
}

/** Drawn for each installation, so that two on one computer do not fight over one subnet; 10.64 to 10.191 is rarely used. */
function drawGatewayCidr(): string {
  const [second = 0, third = 0] = crypto.getRandomValues(new Uint8Array(2))
  return `10.${64 + (second % 128)}.${third}.1/24`
}

const firstNetworks = [
  {
    name: 'nat',
    kind: 'nat',
    description:
      'A bridge on the host with DHCP; machines reach out through the host. Needs an agent that runs as root.',
  },
  {
    name: 'user',
    kind: 'user',
    description: "QEMU's own user-mode network: works everywhere, machines reach out but are not reached.",
  },
] as const

/** The networks that an installation begins with. Does nothing for those that exist. */
export async function ensureFirstNetworks(db: DatabaseClient): Promise<void> {
  for (const { name, description, ...kind } of firstNetworks) {
    const id = newUuid()
    const address = kind.kind === 'nat' ? { gatewayCidr: drawGatewayCidr() } : {}
    const config = networkConfigSchema.parse({ networkId: id, ...kind, ...address })
    await db.network.createMany({ data: [{ id, name, description, kind: kind.kind, config }], skipDuplicates: true })
  }
}
