/** An empty disk: its machine finds nothing to boot and waits, so that many of them cost the tests' computer nothing. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { temporaryDir } from '../support/broken-images.ts'
import { serveFile } from '../support/image-server.ts'
import { doneSchema } from '../support/panel-client.ts'
import type { TestMachines } from '../support/test-machines.ts'

export const idleImage = 'nothing to boot'

const listSchema = z.object({ items: z.array(z.object({ name: z.string(), state: z.string() })) })

export async function ensureIdleImage(machines: TestMachines): Promise<void> {
  const { items } = await machines.panel.query('image.list', {}, listSchema)
  if (items.some(({ name, state }) => name === idleImage && state === 'ready')) return
  await using dir = await temporaryDir()
  const path = join(dir.path, 'idle.qcow2')
  await promisify(execFile)('qemu-img', ['create', '-q', '-f', 'qcow2', path, '64M'])
  await using mirror = await serveFile(path)
  const wish = { name: idleImage, url: mirror.url }
  const { operationId } = await machines.panel.mutate('image.importUrl', wish, doneSchema)
  await machines.succeeded(operationId)
}
