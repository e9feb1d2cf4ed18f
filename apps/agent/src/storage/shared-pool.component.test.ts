import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostIdSchema, imageIdSchema, newUuid, poolIdSchema, vmIdSchema, volumeIdSchema } from '@berth/core/ids/ids'
import type { DiskSpec, VolumeSource } from '@berth/core/storage/volume'
import { MiB } from '@berth/core/units/bytes'
import { vmSpecSchema } from '@berth/core/vm/vm-spec'
import { describe, expect, it } from 'vitest'
import { runCommand } from '../exec/run-command.ts'
import { createStorage, type Storage } from './storage.ts'
import { volumeGroup } from './volume-group.ts'

const quiet = { signal: new AbortController().signal, onProgress: () => undefined }
const newVmId = () => vmIdSchema.parse(newUuid())
const isRoot = process.getuid?.() === 0
const poolId = poolIdSchema.parse(newUuid())

interface Host {
  readonly storage: Storage
  readonly dataDir: string
  readonly hostId: string
}

/** Two hosts, and a directory that both see: the one as "shared", the other under another name. */
async function twoHosts() {
  const root = mkdtempSync(join(tmpdir(), 'berth-shared-'))
  // As a file system of some hosts is: others may pass it.
  for (const name of ['shared', 'a', 'b']) mkdirSync(join(root, name), { mode: 0o755 })
  if (isRoot) await runCommand({ file: 'chmod', args: ['755', root], timeoutMs: 5_000 })
  const path = join(root, 'shared')
  const elsewhere = join(root, 'mounted-elsewhere')
  symlinkSync(path, elsewhere)
  const hostOf = async (name: string): Promise<Host> => {
    const dataDir = join(root, name)
    return { storage: await createStorage({ dataDir, mayReachLoopback: true }), dataDir, hostId: newUuid() }
  }
  const [a, b] = [await hostOf('a'), await hostOf('b')]
  const attach = (host: Host, where: string, isFirst: boolean) =>
    host.storage.attachPool({
      kind: 'pool.attach',
      poolId,
      name: 'fast',
      path: where,
      hostId: hostIdSchema.parse(host.hostId),
      isFirst,
    })
  const detach = (host: Host, where: string, isLast: boolean) =>
    host.storage.detachPool(
      {
        kind: 'pool.detach',
        poolId,
        name: 'fast',
        path: where,
        hostId: hostIdSchema.parse(host.hostId),
        isLast,
      },
      [],
    )
  return {
    ...{ root, path, elsewhere, a, b, attach, detach },
    reopen: (host: Host) => createStorage({ dataDir: host.dataDir, mayReachLoopback: true }),
    /** What an unmounted file system leaves: its mount point, empty. */
    unmount: () => {
      renameSync(path, join(root, 'away'))
      mkdirSync(path, { mode: 0o755 })
    },
    mount: () => {
      rmSync(path, { recursive: true })
      renameSync(join(root, 'away'), path)
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  }
}

async function sharedByBoth() {
  const hosts = await twoHosts()
  await hosts.attach(hosts.a, hosts.path, true)
  await hosts.attach(hosts.b, hosts.elsewhere, false)
  return hosts
}

const diskOf = (source: VolumeSource = { kind: 'blank' }, pool = 'fast'): DiskSpec => ({
  ...{ volumeId: volumeIdSchema.parse(newUuid()), pool, format: 'qcow2', sizeBytes: 16 * MiB, source },
})

async function makeDisk({ storage }: Host, disk = diskOf(), vmEpoch = 1) {
  const vmId = newVmId()
  await storage.volumes.claim(vmId, [disk], vmEpoch)
  await storage.volumes.create(vmId, disk, quiet)
  return { vmId, disk, vmEpoch, target: { volumeId: disk.volumeId, pool: disk.pool, vmEpoch } }
}

/** An image of 8 MiB whose first 3 MiB are a pattern, imported to the host's own pool. */
async function importImage({ storage, dataDir }: Host) {
  const path = join(dataDir, 'pools/default/incoming/made.qcow2')
  await runCommand({ file: 'qemu-img', args: ['create', '-q', '-f', 'qcow2', path, '8M'], timeoutMs: 20_000 })
  await runCommand({ file: 'qemu-io', args: ['-f', 'qcow2', '-c', 'write -P 0x5a 0 3M', path], timeoutMs: 20_000 })
  const imageId = imageIdSchema.parse(newUuid())
  const source = { kind: 'incoming', fileName: 'made.qcow2', checksum: null } as const
  return storage.images.import({ kind: 'image.import', imageId, pool: 'default', source }, quiet)
}

const treeOf = (root: string): string[] => readdirSync(root, { recursive: true }).map(String).sort()

describe('coming to a shared pool', () => {
  it('is proved by the id that the first host has written into it', async () => {
    using hosts = await twoHosts()
    const { a, b } = hosts
    const made = await hosts.attach(a, hosts.path, true)
    expect(made).toMatchObject({ name: 'fast', shared: { poolId }, problem: null })
    expect(made.totalBytes).toBeGreaterThan(0)
    const { supportsDirectIo } = await a.storage.inspect({ path: hosts.path })
    expect(made.supportsDirectIo).toBe(supportsDirectIo)
    const found = await hosts.attach(b, hosts.elsewhere, false)
    expect(found).toMatchObject({ path: hosts.elsewhere, problem: null, supportsDirectIo })
    expect(await hosts.attach(b, hosts.elsewhere, false)).toMatchObject({ path: hosts.elsewhere })
    expect((await b.storage.observePools([])).map(({ name, shared }) => [name, shared])).toEqual([
      ['default', null],
      ['fast', { poolId }],
    ])
    expect((await (await hosts.reopen(b)).observePools([])).at(1)).toMatchObject({ name: 'fast', problem: null })
  })

  it('is refused where the directory is another one, and nothing is written there', async () => {
    using hosts = await twoHosts()
    await hosts.attach(hosts.a, hosts.path, true)
    const other = join(hosts.root, 'not-mounted')
    mkdirSync(other, { mode: 0o755 })
    await expect(hosts.attach(hosts.b, other, false)).rejects.toMatchObject({ code: 'POOL_WRONG' })
    expect(treeOf(other)).toEqual([])
    const missing = join(hosts.root, 'missing')
    await expect(hosts.attach(hosts.b, missing, true)).rejects.toMatchObject({ code: 'POOL_UNAVAILABLE' })
    expect(existsSync(missing)).toBe(false)
    writeFileSync(join(other, 'berth-pool.json'), JSON.stringify({ version: 1, poolId: newUuid() }))
    for (const isFirst of [true, false])
      await expect(hosts.attach(hosts.b, other, isFirst)).rejects.toMatchObject({ code: 'POOL_WRONG' })
    expect(await hosts.b.storage.observePools([])).toHaveLength(1)
  })

  it('begins in an empty directory outside of other pools', async () => {
    using hosts = await twoHosts()
    const full = join(hosts.root, 'full')
    mkdirSync(full, { mode: 0o755 })
    writeFileSync(join(full, 'letters.txt'), 'x')
    await expect(hosts.attach(hosts.a, full, true)).rejects.toThrow(/letters\.txt lies there/)
    expect(treeOf(full)).toEqual(['letters.txt'])
    await expect(hosts.attach(hosts.a, join(hosts.root, 'a/pools'), true)).rejects.toMatchObject({ code: 'POOL_WRONG' })
    const report = await hosts.a.storage.inspect({ path: full })
    expect(report).toMatchObject({ poolId: null, problem: expect.stringContaining('not empty') as unknown })
    expect(await hosts.a.storage.inspect({ path: hosts.path })).toMatchObject({ problem: null })
    expect(treeOf(hosts.path)).toEqual([])
  })

  it('is undone without a trace while nothing lies there, and leaves what does', async () => {
    using hosts = await sharedByBoth()
    const { vmId, disk } = await makeDisk(hosts.a)
    await hosts.detach(hosts.b, hosts.elsewhere, false)
    await hosts.detach(hosts.a, hosts.path, true)
    expect(existsSync(join(hosts.path, 'volumes', vmId, `${disk.volumeId}.qcow2`))).toBe(true)
    expect(existsSync(join(hosts.path, 'berth-pool.json'))).toBe(true)
    rmSync(join(hosts.path, 'volumes', vmId), { recursive: true })
    await hosts.attach(hosts.a, hosts.path, false)
    await hosts.detach(hosts.a, hosts.path, true)
    await hosts.detach(hosts.a, hosts.path, true)
    expect(treeOf(hosts.path)).toEqual([])
    expect(readFileSync(join(hosts.a.dataDir, 'pools.json'), 'utf8')).toContain('"pools": []')
  })

  it('cannot be left while a machine has a disk there', async () => {
    using hosts = await sharedByBoth()
    const { disk } = await makeDisk(hosts.a)
    const command = { kind: 'pool.detach', poolId, name: 'fast', path: hosts.path, isLast: false } as const
    const spec = vmSpecSchema.parse({
      ...{ name: 'web-1', vcpus: 1, memoryBytes: 64 * MiB, firmware: 'bios', machineType: 'pc-q35-7.2' },
      ...{ hasScreen: true, disks: [disk], nics: [], cloudInit: null, desiredPower: 'off' },
    })
    const leaving = hosts.a.storage.detachPool({ ...command, hostId: hostIdSchema.parse(hosts.a.hostId) }, [spec])
    await expect(leaving).rejects.toMatchObject({ code: 'POOL_IN_USE', details: { names: ['web-1'] } })
  })
})

describe('a shared pool whose file system is not mounted', () => {
  it('is told, written to by nobody, and no reason not to start', async () => {
    using hosts = await sharedByBoth()
    const { vmId, disk, target } = await makeDisk(hosts.a)
    const image = await importImage(hosts.a)
    hosts.unmount()
    for (const storage of [hosts.a.storage, await hosts.reopen(hosts.a)]) {
      const [, fast] = await storage.observePools([])
      expect(fast).toMatchObject({ totalBytes: 0, problem: expect.stringContaining('not mounted') as unknown })
      const refused = { code: 'POOL_UNAVAILABLE' }
      await expect(storage.requirePoolsOf({ disks: [disk] })).rejects.toMatchObject(refused)
      await expect(storage.volumes.create(newVmId(), diskOf(), quiet)).rejects.toMatchObject(refused)
      await expect(storage.volumes.claim(newVmId(), [disk], 1)).rejects.toMatchObject(refused)
      await expect(storage.volumes.delete(vmId, target)).rejects.toMatchObject(refused)
      const copy = { kind: 'image.copy', imageId: image.imageId, pool: 'fast' } as const
      await expect(storage.images.copy(copy, quiet)).rejects.toMatchObject(refused)
      expect(await storage.volumes.observe(vmId, disk)).toBeUndefined()
      await storage.sweep([])
      await storage.emptyTrash(0)
    }
    expect(treeOf(hosts.path)).toEqual([])
    hosts.mount()
    expect((await hosts.a.storage.observePools([]))[1]).toMatchObject({ problem: null })
    await hosts.a.storage.volumes.delete(vmId, target)
    expect(treeOf(join(hosts.path, 'trash', hosts.a.hostId))).toHaveLength(1)
  })
})

describe('disks in a shared pool', () => {
  it('are deleted by their owner only, also after they changed hands', async () => {
    using hosts = await sharedByBoth()
    const { a, b } = hosts
    const { vmId, disk, target } = await makeDisk(a)
    const path = a.storage.volumes.path(vmId, disk)
    const foreign = { code: 'VOLUME_FOREIGN' }
    await expect(b.storage.volumes.delete(vmId, target)).rejects.toMatchObject(foreign)
    await expect(b.storage.volumes.claim(vmId, [disk], 1)).rejects.toMatchObject(foreign)
    await b.storage.volumes.claim(vmId, [disk], 2)
    await expect(a.storage.volumes.delete(vmId, { ...target, vmEpoch: 9 })).rejects.toMatchObject(foreign)
    await expect(a.storage.volumes.claim(vmId, [disk], 2)).rejects.toMatchObject(foreign)
    // A command of the time when it had the machine at another epoch.
    await expect(b.storage.volumes.delete(vmId, target)).rejects.toMatchObject(foreign)
    expect(existsSync(path)).toBe(true)
    await b.storage.volumes.delete(vmId, { ...target, vmEpoch: 2 }, 1_000)
    await b.storage.volumes.delete(vmId, { ...target, vmEpoch: 2 })
    expect(existsSync(join(hosts.path, 'volumes', vmId))).toBe(false)
    expect(readdirSync(join(hosts.path, 'trash', b.hostId))).toEqual([`1000-${disk.volumeId}.qcow2`])
    await a.storage.emptyTrash(0)
    expect(readdirSync(join(hosts.path, 'trash', b.hostId))).toHaveLength(1)
  })

  it('outlive the start of any other host', async () => {
    using hosts = await sharedByBoth()
    const { vmId, disk } = await makeDisk(hosts.a)
    const image = await importImage(hosts.a)
    await hosts.a.storage.images.copy({ kind: 'image.copy', imageId: image.imageId, pool: 'fast' }, quiet)
    const halfDone = join(hosts.path, 'volumes', vmId, `other.qcow2.${hosts.a.hostId}.part`)
    writeFileSync(halfDone, 'x')
    const before = treeOf(hosts.path)
    const restarted = await hosts.reopen(hosts.b)
    expect(await restarted.sweep([])).toEqual([])
    await restarted.emptyTrash(0)
    expect(treeOf(hosts.path)).toEqual(before)
    expect(await (await hosts.reopen(hosts.a)).sweep([])).toEqual([halfDone])
    expect(existsSync(hosts.a.storage.volumes.path(vmId, disk))).toBe(true)
  })

  it.runIf(isRoot)('are open to the machine on both hosts at once, whatever users they give it', async () => {
    using hosts = await sharedByBoth()
    const { vmId, disk } = await makeDisk(hosts.a)
    const path = hosts.a.storage.volumes.path(vmId, disk)
    const group = volumeGroup(vmId)
    const mayWrite = async (uid: number, groups: readonly number[]): Promise<boolean> => {
      const as = ['--reuid', `${uid}`, '--regid', `${uid}`, '--groups', `${groups.join(',')}`, '--']
      const write = runCommand({ file: 'setpriv', args: [...as, 'test', '-w', path], timeoutMs: 5_000 })
      return write.then(
        () => true,
        () => false,
      )
    }
    await hosts.a.storage.volumes.grant(vmId, disk, { uid: 1_900_000_007, gid: 1_900_000_007 })
    expect(hosts.a.storage.volumes.groupsOf(vmId)).toEqual([group])
    expect(await mayWrite(1_900_000_007, [group])).toBe(true)
    await hosts.b.storage.volumes.grant(vmId, disk, { uid: 1_900_000_042, gid: 1_900_000_042 })
    expect(await mayWrite(1_900_000_042, hosts.b.storage.volumes.groupsOf(vmId))).toBe(true)
    // The one that still runs on the other host.
    expect(await mayWrite(1_900_000_007, [group])).toBe(true)
    expect(await mayWrite(1_900_000_008, [volumeGroup(newVmId())])).toBe(false)
    expect(statSync(path).mode & 0o777).toBe(0o660)
  })
})

describe('an image in a shared pool', () => {
  it('is copied in once, checked, and is the base of overlays on every host, wherever it is mounted', async () => {
    using hosts = await sharedByBoth()
    const { a, b } = hosts
    const image = await importImage(a)
    const { imageId } = image
    const copy = { kind: 'image.copy', imageId, pool: 'fast' } as const
    const copies = await Promise.all([a.storage.images.copy(copy, quiet), a.storage.images.copy(copy, quiet)])
    expect(copies[0]).toMatchObject({ imageId, fileSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown })
    expect(copies[1]).toEqual(copies[0])
    // Here it lies in no pool but the shared one.
    expect(await b.storage.images.copy(copy, quiet)).toMatchObject({ imageId })
    expect(await b.storage.images.list()).toEqual([copies[0]])
    expect(await a.storage.images.list()).toHaveLength(1)

    const { vmId, disk } = await makeDisk(a, diskOf({ kind: 'image', imageId, mode: 'overlay' }))
    for (const { storage } of [a, b]) {
      const base = storage.images.path(imageId, 'fast')
      const top = storage.volumes.path(vmId, disk)
      expect(base.startsWith(storage === a.storage ? hosts.path : hosts.elsewhere)).toBe(true)
      // As argv-disks.ts opens it: each node by its own path, whatever the header names.
      const chain = { driver: 'qcow2', file: { driver: 'file', filename: top } }
      const backing = { driver: 'qcow2', backing: null, file: { driver: 'file', filename: base } }
      const json = `json:${JSON.stringify({ ...chain, backing })}`
      await runCommand({ file: 'qemu-io', args: ['-r', '-c', 'read -P 0x5a 0 3M', json], timeoutMs: 20_000 })
    }
    const info = ['info', '-f', 'qcow2', '--output=json', b.storage.volumes.path(vmId, disk)]
    const { stdout } = await runCommand({ file: 'qemu-img', args: info, timeoutMs: 20_000 })
    expect(JSON.parse(stdout)).toMatchObject({ 'backing-filename': `../../images/${imageId}.qcow2` })
  })

  it('is refused when the copy differs, and leaves nothing', async () => {
    using hosts = await sharedByBoth()
    const { storage, dataDir } = hosts.a
    const { imageId } = await importImage(hosts.a)
    const factsPath = join(dataDir, 'pools/default/images', `${imageId}.json`)
    const facts: unknown = JSON.parse(readFileSync(factsPath, 'utf8'))
    writeFileSync(factsPath, JSON.stringify(Object.assign({}, facts, { fileSha256: 'f'.repeat(64) })))
    const copy = storage.images.copy({ kind: 'image.copy', imageId, pool: 'fast' }, quiet)
    await expect(copy).rejects.toMatchObject({ code: 'IMAGE_CHECKSUM_MISMATCH' })
    expect(readdirSync(join(hosts.path, 'images'))).toEqual([])
  })
})
