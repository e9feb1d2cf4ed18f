import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { offeredImageSchema, type OfferedImage } from '@berth/core/agent-contract/image-commands'
import { stepReportSchema } from '@berth/core/agent-contract/step-report'
import { imageIdSchema, newUuid, volumeIdSchema, type ImageId } from '@berth/core/ids/ids'
import { MiB } from '@berth/core/units/bytes'
import { describe, expect, it, vi } from 'vitest'
import type { TestHost } from './testing/test-host.ts'
import { TwoHosts } from './testing/two-hosts.ts'

const pool = 'default'
const imagesOf = (host: TestHost): string => join(host.config.dataDir, 'pools', pool, 'images')
const randomToken = (): string => randomBytes(32).toString('hex')

/** A disc with holes: large, and quick to make. */
function disc(bytes: number): Buffer {
  const content = Buffer.alloc(bytes)
  content[16 * 2048] = 1
  content.write('CD001', 16 * 2048 + 1, 'latin1')
  content.writeUInt32LE(bytes / 2048, 16 * 2048 + 80)
  content.writeUInt16LE(2048, 16 * 2048 + 128)
  return content
}

async function importOn(host: TestHost, content: Buffer): Promise<ImageId> {
  const imageId = imageIdSchema.parse(newUuid())
  const fileName = `${imageId}.img`
  await writeFile(join(imagesOf(host), '../incoming', fileName), content)
  const source = { kind: 'incoming', fileName, checksum: null } as const
  await host.run({ kind: 'image.import', imageId, pool, source })
  return imageId
}

async function offer(hosts: TwoHosts, imageId: ImageId, token: string): Promise<OfferedImage> {
  const tokenHash = createHash('sha256').update(token).digest('hex')
  const toHostId = hosts.idOf(hosts.target)
  return offeredImageSchema.parse(await hosts.source.run({ kind: 'image.offer', imageId, toHostId, tokenHash }))
}

const fetchCommand = (hosts: TwoHosts, image: OfferedImage, token: string) => {
  const from = { hostId: hosts.idOf(hosts.source), address: '127.0.0.1', port: hosts.source.config.listen.port }
  return { kind: 'image.fetch', imageId: image.imageId, pool, from, token, image } as const
}

/** Begins it as a step of its own, and waits until bytes have come. */
async function beginFetch(hosts: TwoHosts, image: OfferedImage, token: string) {
  const { calls } = hosts.target
  const key = { operationId: newUuid(), step: 'image', attempt: 1 }
  const wait = async (waitMs: number) => stepReportSchema.parse(await calls.query('step.wait', { ...key, waitMs }))
  const arrived = (async () => {
    const signal = AbortSignal.timeout(15_000)
    for await (const { event } of hosts.target.agent.context.events.read({ lastEventId: null, signal }))
      if (event.kind === 'step.progressed' && event.key.operationId === key.operationId) return event.progress
    throw new Error('nothing came')
  })()
  await calls.mutate('step.run', { ...key, epoch: 1, command: fetchCommand(hosts, image, token), waitMs: 0 })
  return { progress: await arrived, wait, cancel: () => calls.mutate('step.cancel', key) }
}

const failure = (code: string, message: RegExp) => ({
  status: 'failed',
  error: { code, message: expect.stringMatching(message) as unknown },
})

describe('an image that another host has', () => {
  it('is brought once, is the same to the byte, and is what an overlay there lies on', async () => {
    await using hosts = await TwoHosts.open()
    const { source, target } = hosts
    const imageId = await importOn(source, randomBytes(3 * MiB))
    const token = randomToken()
    const image = await offer(hosts, imageId, token)
    expect(image).toMatchObject({ imageId, kind: 'disk', fileBytes: expect.any(Number) as unknown })
    const begun = target.run(fetchCommand(hosts, image, token))
    await vi.waitFor(() => expect(readdirSync(imagesOf(target))).not.toEqual([]), { timeout: 10_000, interval: 1 })
    // The second one waits, or finds it there: its own token was never any good.
    const second = await target.run(fetchCommand(hosts, image, randomToken()))
    const first = await begun
    expect(second).toEqual(first)
    const files = [source, target].map((host) => join(imagesOf(host), `${imageId}.qcow2`))
    const [sent, came] = files.map((path) => readFileSync(path))
    expect(sent?.equals(came ?? Buffer.alloc(0))).toBe(true)
    expect(statSync(files[1] ?? '').mode & 0o777).toBe(0o444)
    expect(readdirSync(imagesOf(target)).toSorted()).toEqual([`${imageId}.json`, `${imageId}.qcow2`])

    const disk = {
      ...{ volumeId: volumeIdSchema.parse(newUuid()), pool, sizeBytes: 64 * MiB },
      format: 'qcow2',
      source: { kind: 'image', imageId, mode: 'overlay' },
    } as const
    const vmId = await target.define({ disks: [disk] })
    const refused = target.run({ kind: 'image.delete', imageId })
    await expect(refused).rejects.toMatchObject({ code: 'IMAGE_IN_USE' })
    await target.run({ kind: 'vm.undefine', vmId, vmEpoch: 1 })
    await target.run({ kind: 'image.delete', imageId })
    expect(readdirSync(imagesOf(target))).toEqual([])
  })

  it('is given to nobody whom the panel did not name', async () => {
    await using hosts = await TwoHosts.open()
    const { source, target, panel } = hosts
    const imageId = await importOn(source, randomBytes(MiB))
    const token = randomToken()
    const image = await offer(hosts, imageId, token)
    const refusal = { code: 'IMAGE_DOWNLOAD_FAILED', message: expect.stringMatching(/has not been told/) as unknown }
    await expect(target.run(fetchCommand(hosts, image, randomToken()))).rejects.toMatchObject(refusal)
    expect(readdirSync(imagesOf(target))).toEqual([])
    // With the right token, but another certificate; and the panel's own, which has no token.
    await using other = await panel.connect(source.config.listen.port, `host:${newUuid()}`)
    const headers = { authorization: `Bearer ${token}` }
    for (const calls of [other, source.calls]) {
      const { statusCode, body } = await calls.raw(`/image-file?imageId=${imageId}&from=0`, { headers })
      expect([statusCode, await body.json()]).toMatchObject([403, { error: { code: 'PERMISSION_DENIED' } }])
    }
    // An agent that was started again knows of no offer; made anew, it holds.
    await source.stop()
    await source.start()
    await expect(target.run(fetchCommand(hosts, image, token))).rejects.toMatchObject(refusal)
    await offer(hosts, imageId, token)
    expect(await target.run(fetchCommand(hosts, image, token))).toMatchObject({ imageId })
  })

  it('is not taken when it comes as another one', async () => {
    await using hosts = await TwoHosts.open()
    const { source, target } = hosts
    const imageId = await importOn(source, randomBytes(2 * MiB))
    const token = randomToken()
    const image = await offer(hosts, imageId, token)
    const path = join(imagesOf(source), `${imageId}.qcow2`)
    const content = readFileSync(path)
    content[content.length - 1] = (content.at(-1) ?? 0) ^ 1
    chmodSync(path, 0o600)
    writeFileSync(path, content)
    await expect(target.run(fetchCommand(hosts, image, token))).rejects.toMatchObject({
      code: 'IMAGE_CHECKSUM_MISMATCH',
    })
    expect(readdirSync(imagesOf(target))).toEqual([])
  })

  it('leaves nothing when there is no room, when it is cancelled, and when its host goes away half-way', async () => {
    await using hosts = await TwoHosts.open()
    const { source, target } = hosts
    const imageId = await importOn(source, disc(512 * MiB))
    const token = randomToken()
    const image = await offer(hosts, imageId, token)
    const tooLarge = { ...image, fileBytes: 2 ** 52 }
    await expect(target.run(fetchCommand(hosts, tooLarge, token))).rejects.toMatchObject({ code: 'POOL_FULL' })

    const first = await beginFetch(hosts, image, token)
    expect(first.progress).toMatchObject({
      text: expect.stringMatching(/^Bringing the image, .* of 512 MiB/) as unknown,
    })
    await first.cancel()
    expect(await first.wait(20_000)).toMatchObject(failure('OPERATION_CANCELLED', /cancelled/))
    expect(readdirSync(imagesOf(target))).toEqual([])

    const second = await beginFetch(hosts, image, token)
    await source.stop()
    expect(await second.wait(25_000)).toMatchObject(failure('IMAGE_DOWNLOAD_FAILED', /broke off after .* of 512 MiB/))
    expect(readdirSync(imagesOf(target))).toEqual([])

    await source.start()
    await offer(hosts, imageId, token)
    expect(await target.run(fetchCommand(hosts, image, token))).toMatchObject({ imageId, kind: 'iso' })
  })
})
