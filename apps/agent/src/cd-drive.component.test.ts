/** The CD drive on real QEMU: a blank machine boots from its disc, which is taken out and exchanged while it runs. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { imageIdSchema, newUuid, type ImageId, type VmId } from '@berth/core/ids/ids'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cdromDeviceId, discNodeName } from './qemu/argv-disks.ts'
import { queryDrive } from './qmp/commands/tray-commands.ts'
import { bootDisc } from './testing/boot-disc.ts'
import { GuestSerial } from './testing/guest-serial.ts'
import { TestHost } from './testing/test-host.ts'

const vmEpoch = 1
const bootMs = 60_000
let host: TestHost

beforeAll(async () => {
  host = await TestHost.open()
  await host.start()
})
afterAll(async () => {
  await host[Symbol.asyncDispose]()
})

async function importDisc(line: string): Promise<ImageId> {
  const imageId = imageIdSchema.parse(newUuid())
  const fileName = `${imageId}.iso`
  await writeFile(join(host.config.dataDir, 'pools/default/incoming', fileName), bootDisc(line))
  const source = { kind: 'incoming', fileName, checksum: null } as const
  const seen = await host.run({ kind: 'image.import', imageId, pool: 'default', source })
  expect(seen).toMatchObject({ kind: 'iso', format: 'raw' })
  return imageId
}

const drive = (vmId: VmId) => queryDrive(host.agent.context.machines.require(vmId).requireMachine().qmp, cdromDeviceId)

const change = (vmId: VmId, imageId: ImageId | null) =>
  host.run({ kind: 'vm.changeDisc', vmId, vmEpoch, imageId, isForced: false })

it(
  'boots a blank machine from its disc, takes the disc out, and boots from another',
  { timeout: 200_000 },
  async () => {
    const [first, second] = [await importDisc('FIRST-DISC'), await importDisc('SECOND-DISC')]
    const vmId = await host.define({ cdrom: { imageId: first } })
    await host.run({ kind: 'vm.start', vmId, vmEpoch })
    await using serial = await GuestSerial.open(host, vmId)
    await serial.waitFor(/FIRST-DISC/, bootMs)
    expect(await drive(vmId)).toMatchObject({ discNode: discNodeName(first), isOpen: false })

    await change(vmId, null)
    await change(vmId, null)
    expect(await drive(vmId)).toMatchObject({ discNode: null, isOpen: false })

    await change(vmId, second)
    await change(vmId, second)
    expect(await drive(vmId)).toMatchObject({ discNode: discNodeName(second), isOpen: false })
    await host.run({ kind: 'vm.reset', vmId, vmEpoch })
    await serial.waitFor(/SECOND-DISC/, bootMs)

    await change(vmId, first)
    expect(await drive(vmId)).toMatchObject({ discNode: discNodeName(first) })
    await host.run({ kind: 'vm.stop', vmId, vmEpoch })
    await change(vmId, null)
  },
)

it('changes nothing for a disc that is not there, and is no drive for a machine without one', async () => {
  const disc = await importDisc('DISC')
  const vmId = await host.defineAndStart({ cdrom: { imageId: disc } })
  const missing = imageIdSchema.parse(newUuid())
  await expect(change(vmId, missing)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' })
  expect(await drive(vmId)).toMatchObject({ discNode: discNodeName(disc), isOpen: false })
  await host.run({ kind: 'vm.stop', vmId, vmEpoch })

  const bare = await host.defineAndStart()
  await expect(change(bare, disc)).rejects.toMatchObject({ code: 'VM_STATE_CONFLICT' })
  await host.run({ kind: 'vm.stop', vmId: bare, vmEpoch })
})

it('keeps a disc that a machine has in its drive', async () => {
  const imageId = await importDisc('KEPT')
  const vmId = await host.define({ name: 'holder', cdrom: { imageId } })
  const refused = host.run({ kind: 'image.delete', imageId })
  await expect(refused).rejects.toMatchObject({ code: 'IMAGE_IN_USE', details: { names: ['holder'] } })
  await host.run({ kind: 'vm.undefine', vmId, vmEpoch })
  await host.run({ kind: 'image.delete', imageId })
})
