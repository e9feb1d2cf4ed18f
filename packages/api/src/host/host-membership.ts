/**
 * Who belongs to the installation: invites hosts, turns them out, forgets them.
 *
 * Revoking is by certificate, since the host keeps its key: every one that it was given is refused from then on, by all
 * panels, by all agents, and by the authority, which gives it no next one. Its row and its machines stay; it may join again
 * by a new token, and is then the same host with another certificate.
 */
import { AppError } from '@berth/core/errors/app-error'
import { holdingsText } from '@berth/core/host/host-holding'
import type { DatabaseClient, PrismaClient } from '@berth/prisma/client'
import { announce, announceVmsOf } from '../events/outbox-repo.ts'
import type { AgentBundle } from './agent-bundle.ts'
import { refuseHostCertificates } from './host-certificate-repo.ts'
import { deleteHostRow, findHostHoldings } from './host-holdings-repo.ts'
import { markHostRevoked, requireHostRow } from './host-repo.ts'
import { joinCommand } from './join-command.ts'
import type { JoinDesk } from './join-desk.ts'
import { findHostByName, insertJoinToken } from './join-repo.ts'

export interface HostMembershipOptions {
  readonly db: PrismaClient
  readonly desk: JoinDesk
  readonly bundle: () => Promise<AgentBundle>
  /** Follows the host table at once: lines to new hosts, none to those that were revoked, and all agents told of that. */
  readonly refreshHosts: () => Promise<void>
}

export interface Invitation {
  readonly name: string
  /** By which address the new host will reach the panel. */
  readonly panelUrl: string
  readonly folder: string
  readonly port: number
  readonly address: string | null
  readonly createdById: string
}

export class HostMembership {
  readonly #options: HostMembershipOptions

  constructor(options: HostMembershipOptions) {
    this.#options = options
  }

  /** The command to paste, shown this once. Throws HOST_NAME_TAKEN. */
  async invite(wish: Invitation): Promise<{ command: string; expiresAt: string; joinTokenId: string }> {
    const { db, desk, bundle } = this.#options
    const { name, createdById, ...place } = wish
    const named = await findHostByName(db, name)
    if (named?.state === 'online') {
      throw new AppError('HOST_NAME_TAKEN', `The host ${name} is online.`, { details: { field: 'name' } })
    }
    const { sha256 } = await bundle()
    // Made once with a token that is none, so that a word that cannot be pasted costs no token.
    joinCommand({ ...place, bundleSha256: sha256, token: 'none' })
    const { tokenId, expiresAt } = await insertJoinToken(db, { hostName: name, createdById })
    const command = joinCommand({ ...place, bundleSha256: sha256, token: desk.tokenOf(tokenId) })
    return { command, expiresAt: expiresAt.toISOString(), joinTokenId: tokenId }
  }

  /** Answers the host's name. Twice is as good as once. Throws HOST_NOT_FOUND. */
  async revoke(hostId: string): Promise<string> {
    const { db, refreshHosts } = this.#options
    const { name } = await requireHostRow(db, hostId)
    await db.$transaction((tx) => turnOut(tx, hostId))
    await refreshHosts()
    return name
  }

  /** Answers the host's name. Throws HOST_NOT_FOUND; HOST_IN_USE with `{holdings}` while it holds what is nowhere else. */
  async remove(hostId: string): Promise<string> {
    const { db, refreshHosts } = this.#options
    const { name, state } = await requireHostRow(db, hostId)
    await db.$transaction(async (tx) => {
      // First, so that its row is locked: whoever places something there now waits, and then finds no host.
      await turnOut(tx, hostId)
      const holdings = await findHostHoldings(tx, hostId, state === 'online')
      if (holdings.length > 0) {
        throw new AppError('HOST_IN_USE', `${name} holds ${holdingsText(holdings)}.`, { details: { holdings } })
      }
      await deleteHostRow(tx, hostId)
      await announce(tx, { kind: 'host.removed', hostId })
    })
    await refreshHosts()
    return name
  }
}

async function turnOut(tx: DatabaseClient, hostId: string): Promise<void> {
  await markHostRevoked(tx, hostId)
  await refuseHostCertificates(tx, hostId)
  await announce(tx, { kind: 'host.changed', hostId })
  await announceVmsOf(tx, hostId)
}
