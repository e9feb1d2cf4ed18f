/**
 * A tray that the guest has locked, or a disc that QEMU does not take. A firmware does neither, so a peer on a real socket
 * says what QEMU 7.2 says then.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '@berth/core/errors/app-error'
import { imageIdSchema, newUuid, type ImageId } from '@berth/core/ids/ids'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { cdromDeviceId, discNodeName } from '../qemu/argv-disks.ts'
import { connectQmp } from '../qmp/qmp-client.ts'
import { changeDisc } from './change-disc.ts'

const requestSchema = z.object({
  execute: z.string(),
  id: z.string(),
  arguments: z.object({ force: z.boolean().optional(), 'node-name': z.string().optional() }).optional(),
})
type PeerArguments = NonNullable<z.infer<typeof requestSchema>['arguments']>
const greeting = { QMP: { version: { qemu: { major: 7, minor: 2, micro: 22 }, package: '' }, capabilities: [] } }

const [oldDisc, newDisc] = [imageIdSchema.parse(newUuid()), imageIdSchema.parse(newUuid())]

interface PeerTraits {
  /** Whether the guest opens the tray once it is asked. */
  readonly isObliging: boolean
  /** Discs that are refused when they are inserted. */
  readonly refused?: readonly ImageId[]
}

async function lockedDrive({ isObliging, refused = [] }: PeerTraits) {
  const dir = mkdtempSync(join(tmpdir(), 'berth-tray-'))
  const asked: string[] = []
  const sockets = new Set<Socket>()
  let isOpen = false
  let disc: string | null = discNodeName(oldDisc)
  const answer = (name: string, args: PeerArguments, tell: (message: unknown) => void): unknown => {
    const isForced = args.force === true
    const node = args['node-name'] ?? ''
    if (name === 'query-block') {
      const inserted = disc === null ? {} : { inserted: { 'node-name': disc } }
      return { return: [{ qdev: cdromDeviceId, locked: true, tray_open: isOpen, ...inserted }] }
    }
    if (name === 'blockdev-open-tray' && !isForced) {
      if (isObliging) {
        isOpen = true
        const data = { device: '', id: cdromDeviceId, 'tray-open': true }
        tell({ event: 'DEVICE_TRAY_MOVED', data, timestamp: { seconds: 1, microseconds: 0 } })
      }
      const desc = `Device '${cdromDeviceId}' is locked and force was not specified, wait for tray to open and try again`
      return { error: { class: 'GenericError', desc } }
    }
    if (name === 'blockdev-remove-medium') disc = null
    if (name === 'blockdev-insert-medium' && refused.some((imageId) => discNodeName(imageId) === node)) {
      return { error: { class: 'GenericError', desc: `Node '${node}' is busy` } }
    }
    if (name === 'blockdev-insert-medium') disc = node
    return { return: {} }
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    const tell = (message: unknown): void => void socket.write(`${JSON.stringify(message)}\r\n`)
    tell(greeting)
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString().split('\n').filter(Boolean)) {
        const { execute, id, arguments: args } = requestSchema.parse(JSON.parse(line))
        asked.push(args?.force === true ? `${execute} by force` : execute)
        const reply = answer(execute, args ?? {}, tell)
        tell({ ...z.record(z.string(), z.unknown()).parse(reply), id })
      }
    })
  })
  const socketPath = join(dir, 'qmp')
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  const qmp = await connectQmp({ socketPath })
  const images = {
    require: async (imageId: ImageId) => {
      if (imageId !== newDisc) throw new AppError('IMAGE_NOT_FOUND', 'There is none.')
      const size = { virtualBytes: 4096, allocatedBytes: 4096 }
      return { imageId, kind: 'iso', format: 'raw', ...size, sha256: 'f'.repeat(64), fileSha256: null } as const
    },
    isoPath: async () => '/nowhere',
  }
  const change = (imageId: ImageId | null, isForced: boolean) =>
    changeDisc(
      { hasProcess: true, requireMachine: () => ({ qmp }) },
      { imageId, isForced, images, signal: new AbortController().signal },
    )
  return {
    asked,
    disc: () => disc,
    eject: (isForced: boolean) => change(null, isForced),
    insert: () => change(newDisc, true),
    [Symbol.asyncDispose]: async () => {
      qmp.close()
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      rmSync(dir, { recursive: true })
    },
  }
}

it('waits for a guest that opens its tray when it is asked', async () => {
  await using drive = await lockedDrive({ isObliging: true })
  await drive.eject(false)
  expect(drive.asked).toEqual([
    ...['qmp_capabilities', 'query-block', 'blockdev-open-tray', 'query-block'],
    ...['blockdev-remove-medium', 'blockdev-del', 'blockdev-close-tray'],
  ])
})

it('says that the guest holds the tray, and takes nothing out', { timeout: 15_000 }, async () => {
  await using drive = await lockedDrive({ isObliging: false })
  await expect(drive.eject(false)).rejects.toMatchObject({
    code: 'VM_STATE_CONFLICT',
    message: expect.stringContaining('locked the tray') as unknown,
  })
  expect(drive.asked).not.toContain('blockdev-remove-medium')
})

it('takes the disc out by force', async () => {
  await using drive = await lockedDrive({ isObliging: false })
  await drive.eject(true)
  expect(drive.asked).toContain('blockdev-open-tray by force')
  expect(drive.asked).toContain('blockdev-remove-medium')
})

it('puts the earlier disc back when the new one is not taken', async () => {
  await using drive = await lockedDrive({ isObliging: true, refused: [newDisc] })
  await expect(drive.insert()).rejects.toMatchObject({ code: 'QMP_REFUSED' })
  expect(drive.disc()).toBe(discNodeName(oldDisc))
  expect(drive.asked.slice(-2)).toEqual(['blockdev-close-tray', 'blockdev-del'])
})

it('says that the drive is empty when it takes neither', async () => {
  await using drive = await lockedDrive({ isObliging: true, refused: [newDisc, oldDisc] })
  const empty = expect.stringContaining('the drive is empty') as unknown
  await expect(drive.insert()).rejects.toMatchObject({ code: 'QMP_REFUSED', message: empty })
  expect(drive.disc()).toBeNull()
})
