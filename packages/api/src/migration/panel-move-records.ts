/** The workflow's view of moves: rows, secrets, and whether the target still fits. */
import type { Logger } from 'pino'
import { AppError } from '@berth/core/errors/app-error'
import type { MovedDisk } from '@berth/core/migration/disk-plan'
import type { HostFitness } from '@berth/core/migration/move-fitness'
import type { MoveProgress, MoveReport } from '@berth/core/migration/move-progress'
import type { PrismaClient } from '@berth/prisma/client'
import type { SecretBox } from '../auth/secret-box.ts'
import { requireHostRow } from '../host/host-repo.ts'
import type { MoveFigures, MoveRecords, MoveSecrets } from '../workflows/ports.ts'
import { findMoveTargets, requireFitHost } from './move-targets.ts'
import { FigureKeeper } from './figure-keeper.ts'
import { movedDisksOf } from './moved-disks.ts'
import { setAbandonOwed, writeMoveProgress, writeMoveReport } from './move-row-repo.ts'
import { imageTokenOf, moveSecretsOf } from './move-secrets.ts'

export interface PanelMoveOptions {
  readonly db: PrismaClient
  readonly box: SecretBox
  readonly log: Logger
  /** To the browsers of this panel: the move has its report. */
  readonly tellEnded: (operationId: string) => void
}

type MoveTarget = Parameters<MoveRecords['requireFit']>[1]

/**
 * Rows will follow what was decided when the move was accepted. A pool that came to be shared since, or an image that came to
 * the target or left it, would make them wrong: asked again, it is decided anew.
 */
function requireSameDisks({ name, disks }: HostFitness, accepted: readonly MovedDisk[]): void {
  const text = (moved: readonly MovedDisk[]): string =>
    moved.map(({ volumeId, pool, base }) => `${volumeId} ${pool} ${base.kind}`).join()
  if (text(movedDisksOf(disks)) === text(accepted)) return
  throw new AppError(
    'HOST_UNFIT',
    `What would become of the disks on ${name} has changed since; ask for the move again.`,
  )
}

export class PanelMoveRecords implements MoveRecords {
  readonly #options: PanelMoveOptions

  constructor(options: PanelMoveOptions) {
    this.#options = options
  }

  async requireFit(vmId: string, { hostId, disks }: MoveTarget): Promise<HostFitness> {
    const host = requireFitHost(await findMoveTargets(this.#options.db, vmId, disks), hostId)
    requireSameDisks(host, disks)
    return host
  }

  secretsOf(operationId: string): MoveSecrets {
    return moveSecretsOf(this.#options.box, operationId)
  }

  imageTokenOf(operationId: string): Pick<MoveSecrets, 'token' | 'tokenHash'> {
    return imageTokenOf(this.#options.box, operationId)
  }

  async addressOf(hostId: string): Promise<{ address: string; port: number; moveNetwork: string | null }> {
    const { address, port, moveNetwork } = await requireHostRow(this.#options.db, hostId)
    return { address, port, moveNetwork }
  }

  figures(operationId: string): MoveFigures {
    const { db, log } = this.#options
    const write = (progress: MoveProgress): Promise<void> => writeMoveProgress(db, operationId, progress)
    return new FigureKeeper(write, (error) => log.warn({ err: error, operationId }, 'figures of a move were not kept'))
  }

  async setReport(operationId: string, report: MoveReport): Promise<void> {
    await writeMoveReport(this.#options.db, operationId, report)
    this.#options.tellEnded(operationId)
  }

  async oweAbandon(operationId: string): Promise<void> {
    await setAbandonOwed(this.#options.db, operationId, true)
  }
}
