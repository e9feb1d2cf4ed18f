/** What links write about hosts: whether they were heard from, by the database's clock, and what they say of themselves. */
import type { HostFacts } from '@berth/core/host/host'
import type { PoolObservation } from '@berth/core/storage/volume'
import type { DatabaseClient, PrismaClient } from '@berth/prisma/client'
import { announce, announceVmsOf } from '../events/outbox-repo.ts'
import type { AgentAddress } from './agent-client.ts'
import type { AgentHello } from './agent-sink.ts'
import { storableJson } from './storable-json.ts'

export async function listJoinedHosts(db: DatabaseClient): Promise<AgentAddress[]> {
  const rows = await db.host.findMany({
    where: { certFingerprint: { not: null } },
    select: { id: true, address: true, port: true },
  })
  return rows.map(({ id, address, port }) => ({ hostId: id, address, port }))
}

/** Now, and how its agent introduced itself. */
export async function writeHello(db: PrismaClient, hostId: string, hello: AgentHello): Promise<void> {
  const { agentVersion, contractVersion, capabilities, clockSkewMs } = hello
  await db.host.updateMany({
    where: { id: hostId },
    data: { agentVersion, contractVersion, capabilities: [...capabilities], clockSkewMs },
  })
  await touchHosts(db, [hostId])
}

/** It answers, and cannot be worked with: it is not heard from, but what it is shall be seen. */
export async function writeMisfit(db: PrismaClient, hostId: string, hello: AgentHello): Promise<void> {
  const { agentVersion, contractVersion, capabilities } = hello
  await db.$transaction(async (tx) => {
    const { count } = await tx.host.updateMany({
      where: { id: hostId, NOT: { contractVersion, agentVersion } },
      data: { agentVersion, contractVersion, capabilities: [...capabilities] },
    })
    if (count > 0) await announce(tx, { kind: 'host.changed', hostId })
  })
}

/**
 * These were heard from. Any panel that hears a host keeps it online, so that one with a broken network of its own does
 * not declare it gone.
 */
export async function touchHosts(db: PrismaClient, hostIds: readonly string[]): Promise<void> {
  if (hostIds.length === 0) return
  await db.$transaction(async (tx) => {
    const came = await tx.$queryRaw<{ id: string }[]>`
      UPDATE host SET state = 'online', state_since = now(), seen_at = now()
      WHERE id = ANY(${[...hostIds]}::uuid[]) AND state <> 'online' AND revoked_at IS NULL RETURNING id`
    // A last word of a host that was revoked in this moment does not bring it back.
    await tx.$executeRaw`
      UPDATE host SET seen_at = now() WHERE id = ANY(${[...hostIds]}::uuid[]) AND revoked_at IS NULL`
    for (const { id } of came) await announceHost(tx, id)
  })
}

/** Nobody has heard these for `silenceMs`: their machines' states are unknown from now on. */
export async function markSilentHosts(db: PrismaClient, silenceMs: number): Promise<string[]> {
  return db.$transaction(async (tx) => {
    const gone = await tx.$queryRaw<{ id: string }[]>`
      UPDATE host SET state = 'offline', state_since = now()
      WHERE state = 'online' AND (seen_at IS NULL OR seen_at < now() - ${silenceMs} * interval '1 millisecond')
      RETURNING id`
    for (const { id } of gone) await announceHost(tx, id)
    return gone.map((row) => row.id)
  })
}

/** The views of a host's machines change with its state. */
async function announceHost(tx: DatabaseClient, hostId: string): Promise<void> {
  await announce(tx, { kind: 'host.changed', hostId })
  await announceVmsOf(tx, hostId)
}

export async function writeFacts(db: PrismaClient, hostId: string, facts: HostFacts): Promise<void> {
  const text = storableJson(facts)
  await db.$transaction(async (tx) => {
    const count = await tx.$executeRaw`
      UPDATE host SET facts = ${text}::jsonb, boot_id = ${facts.bootId}
      WHERE id = ${hostId}::uuid AND (facts IS NULL OR facts <> ${text}::jsonb)`
    if (count > 0) await announce(tx, { kind: 'host.changed', hostId })
  })
}

export async function writeOnePool(tx: DatabaseClient, hostId: string, pool: PoolObservation): Promise<void> {
  const { name, path, supportsDirectIo, shared, problem } = pool
  const seen = {
    path,
    supportsDirectIo,
    sharedId: shared?.poolId ?? null,
    problem,
    totalBytes: BigInt(pool.totalBytes),
    freeBytes: BigInt(pool.freeBytes),
    committedBytes: BigInt(pool.committedBytes),
    seenAt: new Date(),
  }
  await tx.pool.upsert({ where: { hostId_name: { hostId, name } }, create: { hostId, name, ...seen }, update: seen })
}

/** A pool that its host has not named for so long was taken off it. */
const forgetPoolMs = 30_000

export async function writePools(db: PrismaClient, hostId: string, pools: readonly PoolObservation[]): Promise<void> {
  await db.$transaction(async (tx) => {
    for (const pool of pools) await writeOnePool(tx, hostId, pool)
    // Not at once: what was told before a pool came may be written after it.
    const forgotten = new Date(Date.now() - forgetPoolMs)
    const names = pools.map(({ name }) => name)
    await tx.pool.deleteMany({ where: { hostId, name: { notIn: names }, seenAt: { lt: forgotten } } })
    await announce(tx, { kind: 'host.changed', hostId })
  })
}
