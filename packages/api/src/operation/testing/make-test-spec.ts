import { newUuid, volumeIdSchema } from '@berth/core/ids/ids'
import { GiB } from '@berth/core/units/bytes'
import { vmSpecSchema, type VmSpec } from '@berth/core/vm/vm-spec'

/** A small machine with one disk that is off. */
export function makeTestSpec(name: string): VmSpec {
  return vmSpecSchema.parse({
    name,
    vcpus: 1,
    memoryBytes: GiB,
    firmware: 'bios',
    machineType: 'pc-q35-7.2',
    hasScreen: true,
    disks: [
      {
        volumeId: volumeIdSchema.parse(newUuid()),
        pool: 'default',
        format: 'qcow2',
        sizeBytes: GiB,
        source: { kind: 'blank' },
      },
    ],
    nics: [],
    cloudInit: null,
    desiredPower: 'off',
  })
}
