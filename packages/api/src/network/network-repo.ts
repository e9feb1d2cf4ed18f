import type { DatabaseClient } from '@berth/prisma/client'
import { AppError } from '@berth/core/errors/app-error'
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
  return {
    items: items.map((row) => {
      const config = networkConfigSchema.parse(row.config)
      return networkViewSchema.parse({
        networkId: row.id,
        name: row.name,
        kind: config.kind,
        gatewayCidr: config.kind === 'nat' ? config.gatewayCidr : null,
        description: row.description,
      })
    }),
    nextCursor: last ? encodeCursor([last.name, last.id]) : null,
  }
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
