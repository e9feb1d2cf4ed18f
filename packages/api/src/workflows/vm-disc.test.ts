/** What the harness cannot break: a drive that loses its disc and takes none. Row, host and drive agree all the same. */
import type { AgentCommand } from '@berth/core/agent-contract/agent-commands'
import { AppError } from '@berth/core/errors/app-error'
import { imageIdSchema, newUuid, volumeIdSchema, type ImageId } from '@berth/core/ids/ids'
import { MiB } from '@berth/core/units/bytes'
import { vmSpecSchema, type VmSpec } from '@berth/core/vm/vm-spec'
import { runSteps } from '@berth/core/workflow/run-steps'
import { InstantClock, MemoryJournal } from '@berth/core/workflow/workflow-faults'
import { expect, it } from 'vitest'
import { FakeHost } from './testing/fake-host.ts'
import { MemoryDrains } from './testing/memory-drains.ts'
import { MemoryImages, MemoryMoves, MemoryPools, MemoryVms } from './testing/memory-records.ts'
import { vmInsertDisc } from './vm-disc.ts'

const [earlier, wanted] = [imageIdSchema.parse(newUuid()), imageIdSchema.parse(newUuid())]

const disk = {
  ...{ volumeId: volumeIdSchema.parse(newUuid()), pool: 'default', format: 'qcow2', sizeBytes: 64 * MiB },
  source: { kind: 'blank' },
}

const specWith = (imageId: ImageId): VmSpec =>
  vmSpecSchema.parse({
    ...{ name: 'web-1', vcpus: 1, memoryBytes: 128 * MiB, firmware: 'bios', machineType: 'pc-q35-7.2' },
    ...{ hasScreen: false, disks: [disk], nics: [], cloudInit: null, desiredPower: 'on', cdrom: { imageId } },
  })

/** The row has the wanted disc already, as it has when a task was accepted. */
async function exchange({ refused }: { refused: readonly ImageId[] }) {
  const [host, vms, vmId] = [new FakeHost(), new MemoryVms(), newUuid()]
  vms.rows.set(vmId, {
    ...{ vmId, hostId: host.hostId, ownerEpoch: 1, revision: 2, lifecycle: 'present', spec: specWith(wanted) },
  })
  host.vms.set(vmId, { revision: 1, isOn: true, isPaused: false, starts: 1 })
  host.discs.set(vmId, earlier)
  const defined: (string | null)[] = []
  host.onCommand = (command: AgentCommand) => {
    if (command.kind === 'vm.define') defined.push(command.spec.cdrom?.imageId ?? null)
    if (command.kind !== 'vm.changeDisc' || command.imageId === null || !refused.includes(command.imageId)) return
    host.discs.set(vmId, null)
    throw new AppError('QMP_REFUSED', 'The tray closed meanwhile.')
  }
  const outcome = await runSteps(vmInsertDisc, {
    context: {
      link: () => host,
      vms,
      images: new MemoryImages(),
      pools: new MemoryPools(),
      moves: new MemoryMoves(),
      drains: new MemoryDrains(),
    },
    args: { vmId, previousSpec: specWith(earlier), imageId: wanted, isForced: false },
    operationId: newUuid(),
    epoch: 1,
    journal: new MemoryJournal(),
    clock: new InstantClock(),
    cancelled: new AbortController().signal,
    abandoned: new AbortController().signal,
    onProgress: () => undefined,
  })
  return { outcome, drive: host.discs.get(vmId), host: defined.at(-1), row: vms.rows.get(vmId)?.spec.cdrom?.imageId }
}

it('puts the earlier disc back into a drive that lost it', async () => {
  const { outcome, ...after } = await exchange({ refused: [wanted] })
  expect(outcome).toMatchObject({ status: 'failed', error: { code: 'QMP_REFUSED' } })
  expect(after).toEqual({ drive: earlier, host: earlier, row: earlier })
})

it('says that the drive is empty where it takes neither disc', async () => {
  const { outcome, ...after } = await exchange({ refused: [wanted, earlier] })
  expect(outcome).toMatchObject({ status: 'interrupted', leftovers: expect.arrayContaining(['Insert the disc']) })
  expect(after).toEqual({ drive: null, host: null, row: null })
})
