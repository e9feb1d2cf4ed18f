/** The journal on a disk that is full to the last byte: a small file system of its own, so by root only. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newUuid, operationIdSchema } from '@berth/core/ids/ids'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { retainLog } from '../vm/run-logs.ts'
import { Journal } from './journal.ts'

const isRoot = process.getuid?.() === 0
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-full-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder])
})
afterEach(() => {
  execFileSync('umount', [folder])
  rmSync(folder, { recursive: true })
})

/** Returns what takes the space away again. */
function fill(): () => void {
  const filler = join(folder, 'filler')
  let isFull = false
  for (let size = 1024 * 1024; !isFull && size > 0; size -= 4096) {
    try {
      writeFileSync(filler, Buffer.alloc(4096, 1), { flag: 'a' })
    } catch {
      isFull = true
    }
  }
  expect(isFull).toBe(true)
  return () => rmSync(filler)
}

const operationId = operationIdSchema.parse(newUuid())
const keyOf = (number: number) => ({ operationId, step: 'start', attempt: number })

describe.runIf(isRoot)('a full disk', () => {
  it('lets no step begin, and lets those that run end', async () => {
    const path = join(folder, 'steps.jsonl')
    const journal = await Journal.open(path)
    await journal.started({ key: keyOf(1), epoch: 1, command: 'vm.start' })
    const empty = fill()
    // The file's last page has room yet.
    const begins = Array.from({ length: 60 }, (_, number) =>
      journal.started({ key: keyOf(number + 2), epoch: 1, command: 'x'.repeat(200) }),
    )
    const refused = (await Promise.allSettled(begins)).filter(({ status }) => status === 'rejected')
    expect(refused[0]).toMatchObject({ reason: { code: 'POOL_FULL', message: expect.stringMatching(/no space/) } })
    await journal.ended(keyOf(1), { status: 'succeeded', result: { words: 'x'.repeat(8_000) } })
    await journal.close()
    empty()
    const again = await Journal.open(path)
    expect(again.damagedLines).toBe(0)
    expect(again.get(keyOf(1))?.report.status).toBe('succeeded')
    await again.close()
    expect(readFileSync(`${path}.reserve`)).toHaveLength(256 * 1024)
  })

  it('keeps no log, and the machine that wrote it can be cleared away', async () => {
    const log = join(folder, 'qemu.log')
    writeFileSync(log, 'x'.repeat(10_000))
    fill()
    await retainLog(log, folder, 'run')
    expect(() => readFileSync(join(folder, 'run.log'))).toThrow(/ENOENT/)
  })
})
