/**
 * Where each disk of a machine would lie on another host: a pure function of the pools. A disk in a pool that both hosts see
 * stays; any other travels into the pool that was wished, or else the first that has room of: the pool of the same name, one
 * in which its image lies, the one with the most free space. What earlier disks take there is gone for later ones.
 */
import type { DiskPlan, DiskPoolChoice } from '@berth/core/migration/disk-plan'
import type { DiskBase } from '@berth/core/migration/move-disks'
import { formatBytes } from '@berth/core/units/bytes'
import type { CandidateHost, CandidatePool } from './candidate-host.ts'
import type { MovingDisk } from './moving-machine.ts'

export function planDisks(disks: readonly MovingDisk[], host: CandidateHost): DiskPlan[] {
  const taken = new Map<string, number>()
  return disks.map((disk, index) => {
    const plan = planDisk({ disk, number: index + 1 }, host, taken)
    if (plan.kind === 'travels') taken.set(plan.targetPool, (taken.get(plan.targetPool) ?? 0) + plan.needBytes)
    return plan
  })
}

interface NumberedDisk {
  readonly disk: MovingDisk
  readonly number: number
}

/** "disk 1 (10 GiB)", as reasons name it. */
export const diskWords = ({ number, sizeBytes }: Pick<DiskPlan, 'number' | 'sizeBytes'>): string =>
  `disk ${number} (${formatBytes(sizeBytes)})`

function planDisk({ disk, number }: NumberedDisk, host: CandidateHost, taken: ReadonlyMap<string, number>): DiskPlan {
  const { volumeId, pool, sizeBytes } = disk
  const known = { volumeId, number, pool, sizeBytes }
  const what = diskWords(known)
  if (disk.sharedPoolId !== null) {
    const why = sharedObjection(disk, host)
    return why === null ? { ...known, kind: 'stays' } : { ...known, kind: 'stuck', why: `${what} ${why}`, choices: [] }
  }
  const choices = poolChoices(disk, host)
  const asked = disk.wishedPool === null ? choices : choices.filter((each) => each.pool === disk.wishedPool)
  const judged = asked.map((each) => ({ ...each, refusal: refusalBeside(each, taken.get(each.pool) ?? 0) }))
  const chosen = bestPool(disk, judged)
  if (chosen === undefined) return { ...known, kind: 'stuck', why: `${what} ${against(disk, judged)}`, choices }
  const { pool: targetPool, needBytes, isFlattened, sentImageBytes } = chosen
  const { format } = disk
  const base = baseOf(disk, isFlattened)
  return { ...known, kind: 'travels', targetPool, needBytes, format, base, isFlattened, sentImageBytes, choices }
}

/** Its pool is one that several hosts see: whether this host is one of them. */
function sharedObjection(disk: MovingDisk, host: CandidateHost): string | null {
  const pool = host.pools.find((found) => found.name === disk.pool)
  if (pool === undefined) return `lies in the shared pool "${disk.pool}", which it does not have`
  if (pool.problem !== null) return `lies in the pool "${disk.pool}", which does not work there: ${pool.problem}`
  if (pool.sharedPoolId === disk.sharedPoolId) return stayObjection(disk)
  return `lies in the shared pool "${disk.pool}", and its own "${pool.name}" is another one`
}

const stayObjection = ({ pool, wishedPool }: MovingDisk): string | null =>
  wishedPool === null || wishedPool === pool
    ? null
    : `lies in the shared pool "${pool}" and stays there; it does not go into "${wishedPool}"`

/** All pools of a host, for this disk alone. */
export const poolChoices = (disk: MovingDisk, host: CandidateHost): DiskPoolChoice[] =>
  host.pools.map((pool) => weigh(disk, host, pool))

function weigh(disk: MovingDisk, host: CandidateHost, { name, freeBytes, problem }: CandidatePool): DiskPoolChoice {
  const { image } = disk
  const isThere = image?.places.some((place) => place.hostId === host.hostId && place.pool === name) ?? false
  const canCome = image !== null && image.sha256 !== null && canBeSent(image, host)
  const isFlattened = image !== null && !((isThere || canCome) && image.sha256 !== null)
  const sentImageBytes = !isThere && canCome ? image.bytes : 0
  const needBytes = bytesOf(disk, isFlattened) + sentImageBytes
  const refusal =
    problem === null ? roomObjection(needBytes, freeBytes) : `does not work: ${problem.replace(/\.$/, '')}`
  return { pool: name, freeBytes, needBytes, isFlattened, sentImageBytes, refusal }
}

/** From another host; a host that has it in another pool copies it by itself. */
const canBeSent = ({ places, senderHostIds }: NonNullable<MovingDisk['image']>, host: CandidateHost): boolean =>
  host.capabilities.includes('image-transfer') &&
  (places.some(({ hostId }) => hostId === host.hostId) || senderHostIds.some((hostId) => hostId !== host.hostId))

/** `takenBytes`: by earlier disks of the same machine. */
const refusalBeside = ({ refusal, needBytes, freeBytes }: DiskPoolChoice, takenBytes: number): string | null =>
  refusal ?? roomObjection(needBytes, Math.max(0, freeBytes - takenBytes))

const roomObjection = (needBytes: number, freeBytes: number): string | null =>
  needBytes > freeBytes ? `${formatBytes(needBytes)} needed, ${formatBytes(freeBytes)} free` : null

/** Of a raw file no hole is sure to stay one on its way. */
function bytesOf({ format, sizeBytes, allocatedBytes, image }: MovingDisk, isFlattened: boolean): number {
  if (format === 'raw' || allocatedBytes === null) return sizeBytes
  return isFlattened ? Math.min(sizeBytes, allocatedBytes + (image?.bytes ?? 0)) : allocatedBytes
}

function baseOf({ image }: MovingDisk, isFlattened: boolean): DiskBase {
  if (image === null || image.sha256 === null || isFlattened) return { kind: 'none' }
  return { kind: 'image', imageId: image.imageId, sha256: image.sha256 }
}

function bestPool(disk: MovingDisk, choices: readonly DiskPoolChoice[]): DiskPoolChoice | undefined {
  const merit = (choice: DiskPoolChoice): number =>
    (choice.pool === disk.pool ? 2 : 0) +
    (choice.isFlattened || choice.sentImageBytes > 0 || disk.image === null ? 0 : 1)
  return choices
    .filter(({ refusal }) => refusal === null)
    .toSorted((a, b) => merit(b) - merit(a) || b.freeBytes - a.freeBytes || (a.pool < b.pool ? -1 : 1))[0]
}

function against({ wishedPool }: MovingDisk, judged: readonly DiskPoolChoice[]): string {
  const each = judged.map(({ pool, refusal }) => `"${pool}": ${refusal ?? ''}`).join('; ')
  if (wishedPool === null) return judged.length === 0 ? 'finds no pool there' : `fits into none of its pools (${each})`
  if (judged.length === 0) return `cannot go into a pool "${wishedPool}", which it does not have`
  return `does not fit there: ${each}`
}
