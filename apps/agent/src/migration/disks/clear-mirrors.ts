/**
 * Takes out of a running machine all that a move of its disks put into it. For moves that end before the machine is given, by
 * this agent or by the one that died: it goes by what QEMU has, not by what somebody remembers.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { AppError } from '@berth/core/errors/app-error'
import {
  breakMirror,
  cutRemoteNode,
  dismissJob,
  forgetDiskKey,
  queryJobs,
  removeNode,
} from '../../qmp/commands/mirror-commands.ts'
import type { QmpClient } from '../../qmp/qmp-client.ts'
import { maxDisks } from '../../qemu/qemu-config.ts'
import { nodeNamesOf } from '../../vm/disk-nodes.ts'
import { isMoveName, remoteNodeName } from './disk-names.ts'

const patienceMs = 20_000
const lookMs = 20

const remoteNodes = Array.from({ length: maxDisks }, (_, slot) => nodeNamesOf(slot).map(remoteNodeName)).flat()

/** A mirror whose link is dead does not end by itself, and the guest's writes wait with it; now they go on. Idempotent. */
export async function cutMirrors({ qmp }: { readonly qmp: QmpClient }): Promise<void> {
  await Promise.all(remoteNodes.map((node) => cutRemoteNode(qmp, node)))
}

/** The guest writes to its own disks alone when it returns. Idempotent. Throws TIMEOUT, QMP errors. */
export async function clearMirrors({ qmp }: { readonly qmp: QmpClient }): Promise<void> {
  const jobs = (await queryJobs(qmp)).filter(({ id }) => isMoveName(id))
  for (const { id } of jobs) await breakMirror(qmp, id)
  const deadline = performance.now() + patienceMs
  for (const { id } of jobs) await untilOver(qmp, id, deadline)
  for (const node of remoteNodes) await removeNode(qmp, node)
  await forgetDiskKey(qmp)
}

async function untilOver(qmp: QmpClient, jobId: string, deadline: number): Promise<void> {
  for (;;) {
    const job = (await queryJobs(qmp)).find(({ id }) => id === jobId)
    if (job === undefined) return
    if (job.status === 'concluded') return dismissJob(qmp, jobId)
    if (performance.now() > deadline)
      throw new AppError(
        'TIMEOUT',
        `A disk is still mirrored (${job.status}) ${patienceMs} ms after that was broken off`,
      )
    await pause(lookMs)
  }
}
