/**
 * A display that can be given a size, in the place of a machine's own, which cannot (VGA): another QEMU with virtio-vga
 * that listens where the machine's did. It writes down each size that it is asked for.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@playwright/test'

export interface ResizableDisplay extends AsyncDisposable {
  /** "1280x800", in the order in which they were asked for. */
  askedSizes: () => Promise<string[]>
}

/** `argv`: of the machine's QEMU. The machine's own display is back when this is disposed. */
export async function openResizableDisplay(argv: readonly string[]): Promise<ResizableDisplay> {
  const socket = /^unix:([^,]+)/.exec(argv[argv.indexOf('-vnc') + 1] ?? '')?.[1]
  if (socket === undefined) throw new Error('the machine has no screen')
  const folder = await mkdtemp(join(tmpdir(), 'berth-display-'))
  const log = join(folder, 'trace.log')
  await rename(socket, `${socket}.own`)
  const qemu = spawn('qemu-system-x86_64', [
    ...['-nodefaults', '-no-user-config', '-machine', 'q35,accel=tcg', '-m', '64', '-S'],
    ...['-device', 'virtio-vga', '-vnc', `unix:${socket},share=ignore`],
    ...['-trace', 'vnc_msg_client_set_desktop_size', '-D', log],
  ])
  const ended = once(qemu, 'exit')
  await expect.poll(() => existsSync(socket), { message: 'the display listens' }).toBe(true)
  return {
    askedSizes: async () => {
      const text = await readFile(log, 'utf8')
      return [...text.matchAll(/ size=(\d+x\d+) /g)].map(([, size = '']) => size)
    },
    async [Symbol.asyncDispose]() {
      qemu.kill('SIGKILL')
      await ended
      await rename(`${socket}.own`, socket)
      await rm(folder, { recursive: true, force: true })
    },
  }
}
