/** What a demo's simulated hosts need before they join: a token each, and a pool, a network and an image that they share. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  fleetFiles,
  fleetHostName,
  fleetPlanSchema,
  fleetTokenFile,
  type FleetPlan,
} from '@berth/core/agent-contract/fleet-plan'
import { newUuid } from '@berth/core/ids/ids'
import type { PrismaClient } from '@berth/prisma/client'
import { writeSecretFile } from '../auth/secret-files.ts'
import type { JoinDesk } from '../host/join-desk.ts'
import { insertJoinToken } from '../host/join-repo.ts'

const name = 'fleet'
/** 65,000 machines with an address each. */
const gatewayCidr = '10.20.0.1/16'

export interface DemoWish {
  /** Where the hosts have their folders. */
  readonly folder: string
  readonly hostCount: number
}

/** Idempotent: hosts that have joined get no token, and the plan stays as it is. */
export async function prepareDemo(db: PrismaClient, desk: JoinDesk, { folder, hostCount }: DemoWish): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o711 })
  await writeFile(join(folder, fleetFiles.plan), JSON.stringify(await planOf(db, folder)))
  const names = Array.from({ length: hostCount }, (_, index) => fleetHostName(index))
  const joined = await db.host.findMany({ where: { name: { in: names } }, select: { name: true } })
  const known = new Set(joined.map((host) => host.name))
  for (const hostName of names.filter((each) => !known.has(each))) {
    const { tokenId } = await insertJoinToken(db, { hostName, createdById: null })
    const hostFolder = join(folder, hostName)
    await mkdir(hostFolder, { recursive: true, mode: 0o711 })
    await writeSecretFile(join(hostFolder, fleetTokenFile), desk.tokenOf(tokenId))
  }
}

async function planOf(db: PrismaClient, folder: string): Promise<FleetPlan> {
  const networkId = await ensureNetwork(db)
  const pool = await db.sharedPool.upsert({ where: { name }, create: { name }, update: {} })
  const image = (await db.image.findFirst({ where: { name: 'Simulated system' } })) ?? { id: newUuid() }
  return fleetPlanSchema.parse({
    pool: { poolId: pool.id, name, path: join(folder, 'shared') },
    network: { networkId, gatewayCidr },
    imageId: image.id,
  })
}

async function ensureNetwork(db: PrismaClient): Promise<string> {
  const known = await db.network.findUnique({ where: { name } })
  if (known !== null) return known.id
  const id = newUuid()
  const config = { networkId: id, kind: 'nat', gatewayCidr }
  await db.network.create({
    data: { id, name, kind: 'nat', config, description: 'What all machines of the demo are on.' },
  })
  return id
}
