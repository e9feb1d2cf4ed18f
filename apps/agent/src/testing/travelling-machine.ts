/** A machine whose one disk lies in its host's own pool, on two hosts that share none of it: it can only move with its disk. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { imageIdSchema, newUuid, volumeIdSchema, type ImageId, type VmId } from '@berth/core/ids/ids'
import { imageObservationSchema } from '@berth/core/image/image'
import type { DiskBase, DiskFreight } from '@berth/core/migration/move-disks'
import type { DiskFormat, DiskSpec } from '@berth/core/storage/volume'
import { runCommand } from '../exec/run-command.ts'
import type { TestHost } from './test-host.ts'
import { firstEpoch, type TwoHosts } from './two-hosts.ts'
import { ballast, missingNumbers, writingDisk, writingDiskBytes } from './writing-disk.ts'

const pool = 'default'
const poolOf = (host: TestHost): string => join(host.config.dataDir, 'pools', pool)

export class TravellingMachine {
  readonly vmId: VmId
  readonly disk: DiskSpec
  readonly #sha256: string
  readonly #imageId: ImageId
  readonly #random: Buffer

  private constructor(made: { vmId: VmId; disk: DiskSpec; imageId: ImageId; sha256: string; random: Buffer }) {
    this.vmId = made.vmId
    this.disk = made.disk
    this.#imageId = made.imageId
    this.#sha256 = made.sha256
    this.#random = made.random
  }

  /** Runs on the source, and writes. `baseOn`: the hosts that have the image it is made from, besides the source. */
  static async start(
    { source }: TwoHosts,
    made: { mode: 'overlay' | 'copy'; format?: DiskFormat; baseOn?: readonly TestHost[]; isRestless?: true },
  ): Promise<TravellingMachine> {
    const { mode, format = 'qcow2', baseOn = [] } = made
    // A restless one is about what it writes: nothing else is to be copied.
    const random = made.isRestless === true ? Buffer.alloc(ballast.bytes) : randomBytes(ballast.bytes)
    const content = writingDisk(random, made)
    const imageId = imageIdSchema.parse(newUuid())
    let sha256 = ''
    for (const host of [source, ...baseOn]) {
      const fileName = `${imageId}.raw`
      await writeFile(join(poolOf(host), 'incoming', fileName), content)
      const from = { kind: 'incoming', fileName, checksum: null } as const
      const image = await host.run({ kind: 'image.import', imageId, pool, source: from })
      sha256 = imageObservationSchema.parse(image).sha256
    }
    const disk: DiskSpec = {
      ...{ volumeId: volumeIdSchema.parse(newUuid()), pool, format, sizeBytes: writingDiskBytes },
      source: { kind: 'image', imageId, mode },
    }
    const vmId = await source.defineAndStart({ disks: [disk] })
    return new TravellingMachine({ vmId, disk, imageId, sha256, random })
  }

  get imageId(): ImageId {
    return this.#imageId
  }

  get overBase(): DiskFreight[] {
    return this.#freight({ kind: 'image', imageId: this.#imageId, sha256: this.#sha256 })
  }

  get whole(): DiskFreight[] {
    return this.#freight({ kind: 'none' })
  }

  #freight(base: DiskBase): DiskFreight[] {
    const { volumeId, format, sizeBytes } = this.disk
    return [{ volumeId, pool, format, sizeBytes, base }]
  }

  path(host: TestHost): string {
    return join(poolOf(host), 'volumes', this.vmId, `${this.disk.volumeId}.${this.disk.format}`)
  }

  /** What of it waits to be thrown away. */
  async trashOn(host: TestHost): Promise<string[]> {
    const names = await readdir(join(poolOf(host), 'trash'))
    return names.filter((name) => name.endsWith(`-${this.disk.volumeId}.${this.disk.format}`))
  }

  /** Ends it where it is, and reads its disk there: the numbers up to `last` that are missing, and whether the rest is as it was. */
  async read(host: TestHost, { epoch, last, path = this.path(host) }: { epoch: number; last: number; path?: string }) {
    await host.run({ kind: 'vm.stop', vmId: this.vmId, vmEpoch: epoch })
    const folder = await mkdtemp(join(tmpdir(), 'berth-disk-'))
    try {
      const raw = join(folder, 'disk.raw')
      const args = ['convert', '-f', this.disk.format, '-O', 'raw', path, raw]
      await runCommand({ file: 'qemu-img', args, timeoutMs: 30_000 })
      const content = await readFile(raw)
      const rest = content.subarray(ballast.offset, ballast.offset + ballast.bytes)
      return { missing: missingNumbers(content, last), isRestSame: hashOf(rest) === hashOf(this.#random) }
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  async stop(host: TestHost, vmEpoch = firstEpoch): Promise<void> {
    await host.run({ kind: 'vm.stop', vmId: this.vmId, vmEpoch })
  }
}

const hashOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex')
