/** A tray that the guest has locked. A firmware never locks one, so a peer on a real socket says what QEMU 7.2 says then. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '@berth/core/errors/app-error'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { cdromDeviceId } from '../qemu/argv-disks.ts'
import { connectQmp } from '../qmp/qmp-client.ts'
import { changeDisc } from './change-disc.ts'

const requestSchema = z.object({
  execute: z.string(),
  id: z.string(),
  arguments: z.object({ force: z.boolean().optional() }).optional(),
})
const greeting = { QMP: { version: { qemu: { major: 7, minor: 2, micro: 22 }, package: '' }, capabilities: [] } }

/** Whether the guest opens the tray once it is asked. */
async function lockedDrive({ isObliging }: { isObliging: boolean }) {
  const dir = mkdtempSync(join(tmpdir(), 'berth-tray-'))
  const asked: string[] = []
  const sockets = new Set<Socket>()
  let [isOpen, isEmpty] = [false, false]
  const answer = (name: string, isForced: boolean, tell: (message: unknown) => void): unknown => {
    if (name === 'query-block') {
      const inserted = isEmpty ? {} : { inserted: { 'node-name': 'cd-old' } }
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
    if (name === 'blockdev-remove-medium') isEmpty = true
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
        const reply = answer(execute, args?.force === true, tell)
        tell({ ...z.record(z.string(), z.unknown()).parse(reply), id })
      }
    })
  })
  const socketPath = join(dir, 'qmp')
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  const qmp = await connectQmp({ socketPath })
  const images = {
    require: () => Promise.reject(new AppError('IMAGE_NOT_FOUND', 'There is none.')),
    isoPath: () => '/nowhere',
  }
  return {
    asked,
    eject: (isForced: boolean) =>
      changeDisc(
        { hasProcess: true, requireMachine: () => ({ qmp }) },
        { imageId: null, isForced, images, signal: new AbortController().signal },
      ),
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
