import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ImageSource } from '@berth/core/agent-contract/agent-commands'
import { imageIdSchema, newUuid, vmIdSchema, volumeIdSchema } from '@berth/core/ids/ids'
import type { DiskSpec, VolumeSource } from '@berth/core/storage/volume'
import { cloudInitSchema } from '@berth/core/vm/cloud-init'
import { GiB, KiB, MiB } from '@berth/core/units/bytes'
import { describe, expect, it } from 'vitest'
import { runCommand } from '../exec/run-command.ts'
import { bootDisc } from '../testing/boot-disc.ts'
import { PoolLayout } from './pool-layout.ts'
import { PoolTrash } from './pool-trash.ts'
import { writeSeedDisc } from './seed-disc.ts'
import { createStorage } from './storage.ts'

const quiet = { signal: new AbortController().signal, onProgress: () => undefined }
const newImageId = () => imageIdSchema.parse(newUuid())
const newVmId = () => vmIdSchema.parse(newUuid())

const qemuImg = (...args: string[]) => runCommand({ file: 'qemu-img', args, timeoutMs: 20_000 })

async function openStorage() {
  const dataDir = mkdtempSync(join(tmpdir(), 'berth-storage-'))
  const storage = await createStorage({ dataDir, mayReachLoopback: true })
  const pool = join(dataDir, 'pools/default')
  return {
    storage,
    pool,
    /** A file in `incoming`, and the source that names it. */
    incoming: (fileName: string): { path: string; source: ImageSource } => ({
      path: join(pool, 'incoming', fileName),
      source: { kind: 'incoming', fileName, checksum: null },
    }),
    importFrom: (source: ImageSource) =>
      storage.images.import({ kind: 'image.import', imageId: newImageId(), pool: 'default', source }, quiet),
    [Symbol.dispose]: () => rmSync(dataDir, { recursive: true }),
  }
}

/** A qcow2 of 8 MiB whose first 3 MiB are a pattern. */
async function makeImage(path: string): Promise<void> {
  await qemuImg('create', '-q', '-f', 'qcow2', path, '8M')
  await runCommand({ file: 'qemu-io', args: ['-f', 'qcow2', '-c', 'write -P 0x5a 0 3M', path], timeoutMs: 20_000 })
}

const diskOf = (source: VolumeSource, sizeBytes = 16 * MiB, format: DiskSpec['format'] = 'qcow2'): DiskSpec => ({
  volumeId: volumeIdSchema.parse(newUuid()),
  pool: 'default',
  format,
  sizeBytes,
  source,
})

async function serve(body: Buffer, options: { sendBytes?: number } = {}) {
  const server = createServer((request, response) => {
    if (request.url === '/moved') return response.writeHead(302, { location: '/image' }).end()
    if (request.url !== '/image') return response.writeHead(404).end()
    response.writeHead(200, { 'content-length': body.length })
    if (options.sendBytes === undefined) return response.end(body)
    return response.write(body.subarray(0, options.sendBytes), () => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, [Symbol.dispose]: () => server.close() }
}

/** Breaks off after each `pieceBytes`, and goes on from where it is asked to. */
async function serveInPieces(body: Buffer, pieceBytes: number) {
  const ranges: (string | undefined)[] = []
  const server = createServer((request, response) => {
    const { range } = request.headers
    ranges.push(range)
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
    const head = { etag: '"one"', 'content-length': body.length - start }
    const part = { ...head, 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` }
    response.writeHead(start === 0 ? 200 : 206, start === 0 ? head : part)
    response.write(body.subarray(start, start + pieceBytes), () => {
      if (start + pieceBytes >= body.length) response.end()
      else response.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/image`, ranges, [Symbol.dispose]: () => server.close() }
}

describe('importing an image', () => {
  it('goes on where a server broke off, and has every byte once', async () => {
    using opened = await openStorage()
    const path = join(opened.pool, 'pieces.qcow2')
    await makeImage(path)
    const body = readFileSync(path)
    using server = await serveInPieces(body, 2 * MiB)
    const checksum = `sha256:${createHash('sha256').update(body).digest('hex')}`
    const image = await opened.importFrom({ kind: 'url', url: server.url, checksum })
    expect(image.virtualBytes).toBe(8 * MiB)
    expect(server.ranges).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d*-$/)])
  })

  it('keeps a disc as it came: read-only, byte by byte, and never as a disk', async () => {
    using opened = await openStorage()
    const body = bootDisc('line')
    using server = await serve(body)
    const checksum = `sha256:${createHash('sha256').update(body).digest('hex')}`
    const image = await opened.importFrom({ kind: 'url', url: `${server.url}/image`, checksum })
    expect(image).toMatchObject({ kind: 'iso', format: 'raw', virtualBytes: body.length })
    const path = await opened.storage.images.isoPath(image.imageId)
    expect(readFileSync(path).equals(body)).toBe(true)
    expect(statSync(path).mode & 0o777).toBe(0o444)
    expect(readdirSync(join(opened.pool, 'incoming'))).toEqual([])
    const disk = diskOf({ kind: 'image', imageId: image.imageId, mode: 'copy' })
    await expect(opened.storage.volumes.create(newVmId(), disk, quiet)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    await opened.storage.sweep([])
    expect(existsSync(path)).toBe(true)
    await opened.storage.images.delete(image.imageId)
    expect(readdirSync(join(opened.pool, 'images'))).toEqual([])
  })

  it('downloads through a redirect, checks the sum, and keeps a read-only qcow2', async () => {
    using opened = await openStorage()
    const file = opened.incoming('made.qcow2')
    await makeImage(file.path)
    const body = readFileSync(file.path)
    using server = await serve(body)
    const shares: (number | null)[] = []
    const checksum = `sha512:${createHash('sha512').update(body).digest('hex')}`
    const command = {
      kind: 'image.import',
      imageId: newImageId(),
      pool: 'default',
      source: { kind: 'url', url: `${server.url}/moved`, checksum },
    } as const
    const run = {
      signal: quiet.signal,
      onProgress: (progress: { share: number | null }) => shares.push(progress.share),
    }
    const image = await opened.storage.images.import(command, run)
    expect(image).toMatchObject({
      format: 'qcow2',
      virtualBytes: 8 * MiB,
      sha256: createHash('sha256').update(body).digest('hex'),
    })
    expect(await opened.storage.images.import(command, run)).toEqual(image)
    expect(await opened.storage.images.list()).toEqual([image])
    expect(statSync(join(opened.pool, 'images', `${command.imageId}.qcow2`)).mode & 0o777).toBe(0o444)
    expect(readdirSync(join(opened.pool, 'incoming'))).toEqual(['made.qcow2'])
    expect(shares.length).toBeGreaterThan(0)
    await opened.storage.images.delete(command.imageId)
    expect(readdirSync(join(opened.pool, 'images'))).toEqual([])
  })

  it('refuses a wrong checksum, and a transfer that ends early, leaving nothing', async () => {
    using opened = await openStorage()
    using server = await serve(Buffer.alloc(1 * MiB))
    using cut = await serve(Buffer.alloc(1 * MiB), { sendBytes: 300 * KiB })
    const wrong = opened.importFrom({ kind: 'url', url: `${server.url}/image`, checksum: `sha256:${'0'.repeat(64)}` })
    await expect(wrong).rejects.toMatchObject({ code: 'IMAGE_CHECKSUM_MISMATCH' })
    await expect(opened.importFrom({ kind: 'url', url: `${cut.url}/image`, checksum: null })).rejects.toMatchObject({
      code: 'IMAGE_DOWNLOAD_FAILED',
    })
    const missing = opened.importFrom({ kind: 'url', url: `${server.url}/gone`, checksum: null })
    await expect(missing).rejects.toMatchObject({ code: 'IMAGE_DOWNLOAD_FAILED', details: { status: 404 } })
    expect(readdirSync(join(opened.pool, 'images'))).toEqual([])
  })

  it('finds a truncated qcow2', async () => {
    using opened = await openStorage()
    const file = opened.incoming('cut.qcow2')
    await makeImage(file.path)
    truncateSync(file.path, 1 * MiB)
    await expect(opened.importFrom(file.source)).rejects.toMatchObject({ code: 'IMAGE_CORRUPT' })
  })

  it('refuses an image with a backing file, and one behind a link', async () => {
    using opened = await openStorage()
    const secret = join(opened.pool, 'secret')
    writeFileSync(secret, Buffer.alloc(64 * KiB, 'secret'))
    const backed = opened.incoming('backed.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-b', secret, '-F', 'raw', backed.path)
    await expect(opened.importFrom(backed.source)).rejects.toMatchObject({ code: 'IMAGE_UNSAFE' })
    const link = opened.incoming('link.raw')
    symlinkSync(secret, link.path)
    await expect(opened.importFrom(link.source)).rejects.toThrow()
    expect(readdirSync(join(opened.pool, 'images'))).toEqual([])
  })

  it('does not reach the host itself unless that was allowed', async () => {
    using opened = await openStorage()
    using server = await serve(Buffer.alloc(1 * MiB))
    const guarded = await createStorage({ dataDir: opened.pool, mayReachLoopback: false })
    for (const url of [`${server.url}/image`, server.url.replace('127.0.0.1', 'localhost')]) {
      const source = { kind: 'url', url, checksum: null } as const
      const run = guarded.images.import({ kind: 'image.import', imageId: newImageId(), pool: 'default', source }, quiet)
      await expect(run).rejects.toMatchObject({ code: 'URL_FORBIDDEN' })
    }
  })
})

describe('volumes', () => {
  it('makes overlays and copies that hold what the image holds', async () => {
    using opened = await openStorage()
    const { storage } = opened
    const file = opened.incoming('made.qcow2')
    await makeImage(file.path)
    const image = await opened.importFrom(file.source)
    const vmId = newVmId()
    const overlay = diskOf({ kind: 'image', imageId: image.imageId, mode: 'overlay' })
    const copy = diskOf({ kind: 'image', imageId: image.imageId, mode: 'copy' }, 16 * MiB, 'raw')
    for (const disk of [overlay, copy]) {
      expect(await storage.volumes.create(vmId, disk, quiet)).toMatchObject({ virtualBytes: 16 * MiB })
      const path = storage.volumes.path(vmId, disk)
      await runCommand({
        file: 'qemu-io',
        args: ['-f', disk.format, '-c', 'read -P 0x5a 0 3M', path],
        timeoutMs: 20_000,
      })
      const { stdout } = await qemuImg('info', '-f', disk.format, '--output=json', path)
      expect(JSON.parse(stdout)).toMatchObject({ 'virtual-size': 16 * MiB, format: disk.format })
    }
    const { stdout } = await qemuImg('info', '-f', 'qcow2', '--output=json', storage.volumes.path(vmId, overlay))
    expect(JSON.parse(stdout)).toMatchObject({ 'backing-filename': `../../images/${image.imageId}.qcow2` })
  })

  it('keeps what is there when asked again, grows, and moves to the trash', async () => {
    using opened = await openStorage()
    const { volumes } = opened.storage
    const vmId = newVmId()
    const disk = diskOf({ kind: 'blank' })
    await volumes.create(vmId, disk, quiet)
    const inode = statSync(volumes.path(vmId, disk)).ino
    await volumes.create(vmId, disk, quiet)
    expect(statSync(volumes.path(vmId, disk)).ino).toBe(inode)
    await volumes.resize(vmId, disk, 1 * GiB)
    await expect(volumes.resize(vmId, disk, 8 * MiB)).rejects.toMatchObject({ code: 'SIZE_INVALID' })
    const { volumeId, pool } = disk
    await volumes.delete(vmId, { volumeId, pool, vmEpoch: 1 }, 1_000)
    await volumes.delete(vmId, { volumeId, pool, vmEpoch: 1 })
    expect(existsSync(join(opened.pool, 'volumes', vmId))).toBe(false)
    expect(readdirSync(join(opened.pool, 'trash'))).toEqual([`1000-${disk.volumeId}.qcow2`])
    const trash = new PoolTrash(new PoolLayout(opened.pool))
    expect(await trash.empty(500, 1_400)).toBe(0)
    expect(await trash.empty(500, 1_600)).toBe(1)
  })

  it('names the numbers when a size or an image does not fit', async () => {
    using opened = await openStorage()
    const file = opened.incoming('made.qcow2')
    await makeImage(file.path)
    const image = await opened.importFrom(file.source)
    const { volumes } = opened.storage
    const small = diskOf({ kind: 'image', imageId: image.imageId, mode: 'overlay' }, 4 * MiB)
    await expect(volumes.create(newVmId(), small, quiet)).rejects.toMatchObject({
      code: 'SIZE_INVALID',
      details: { minimumBytes: 8 * MiB },
    })
    const unknown = diskOf({ kind: 'image', imageId: newImageId(), mode: 'overlay' })
    await expect(volumes.create(newVmId(), unknown, quiet)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' })
  })
})

it('writes a seed disc that cloud-init finds by its label', async () => {
  using opened = await openStorage()
  const path = join(opened.pool, 'seed.iso')
  const cloudInit = cloudInitSchema.parse({ user: 'anna', password: 'a "quoted": pass\nword' })
  await writeSeedDisc(path, { vmId: newVmId(), hostname: 'web-1', cloudInit })
  const [label, names] = await Promise.all([
    runCommand({ file: 'blkid', args: ['-p', '-o', 'value', '-s', 'LABEL', path], timeoutMs: 20_000 }),
    runCommand({ file: 'bsdtar', args: ['-t', '-f', path], timeoutMs: 20_000 }),
  ])
  expect(label.stdout.trim()).toBe('CIDATA')
  expect(names.stdout.split('\n')).toEqual(expect.arrayContaining(['meta-data', 'user-data']))
  expect(readdirSync(opened.pool).filter((name) => name.startsWith('.seed'))).toEqual([])
})
