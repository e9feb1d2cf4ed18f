/** Sends the disks of a machine that is off: a QEMU of the machine itself opens them, and is ended again (standing-machine.ts). */
import type { MachineLauncher } from '../../vm/machine-launcher.ts'
import { openStanding } from '../../vm/standing-machine.ts'
import type { VmActor } from '../../vm/vm-actor.ts'
import { DiskMirrors } from './disk-mirrors.ts'
import { copyingProgress, sumOf, type SendAllOptions, type SentAll } from './send-with-disks.ts'

export interface SendOffOptions extends Pick<
  SendAllOptions,
  'freight' | 'door' | 'keyDir' | 'cap' | 'limits' | 'policy' | 'signal' | 'onProgress'
> {
  readonly launcher: MachineLauncher
}

/** Throws as a start does, MOVE_FAILED with QEMU's words about a disk, OPERATION_CANCELLED. Its QEMU is gone in any case. */
export async function sendOffMachine(actor: VmActor, options: SendOffOptions): Promise<SentAll> {
  const { freight, door, limits, signal } = options
  const beganAtMs = performance.now()
  if (door === undefined || freight.length === 0) return sentAt(options, { beganAtMs, disks: [] })
  await using opened = await openStanding(actor, options)
  const { machine } = opened
  const { spec } = actor.record
  const { noProgressMs, noDiskGainMs: noGainMs, settleMs } = limits
  using mirrors = new DiskMirrors({ ...options, machine, spec, door, noProgressMs, noGainMs, settleMs })
  const stop = AbortSignal.any([signal, mirrors.failed])
  await mirrors.begin()
  await mirrors.untilReady(() => {
    const [done, total] = [sumOf(mirrors, 'doneBytes'), sumOf(mirrors, 'totalBytes')]
    options.onProgress(copyingProgress(options, { mirrors, beganAtMs }), total === 0 ? 0 : done / total)
  }, stop)
  await mirrors.settle()
  return sentAt(options, { beganAtMs, disks: mirrors.progress })
}

function sentAt(options: SendOffOptions, { beganAtMs, disks }: Pick<SentAll, 'beganAtMs' | 'disks'>): SentAll {
  const progress = copyingProgress(options, { mirrors: { progress: disks }, beganAtMs })
  return { isEarly: false, progress, downtimeMs: 0, stoppedAtMs: undefined, beganAtMs, disks }
}
