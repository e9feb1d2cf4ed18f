import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runCommand } from '../exec/run-command.ts'
import { retainLog } from '../vm/run-logs.ts'
import { openPlainFile } from './plain-file.ts'
import { beginLog, readLastLogLines } from './qemu-log.ts'

let dir: string
let log: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'berth-plain-'))
  log = join(dir, 'qemu.log')
  writeFileSync(join(dir, 'secret'), 'root:$6$hash\n')
  mkdirSync(join(dir, 'logs'))
})
afterEach(() => rmSync(dir, { recursive: true }))

const tricks: readonly [string, () => unknown][] = [
  ['a link', () => symlinkSync(join(dir, 'secret'), log)],
  ['a link to nothing', () => symlinkSync(join(dir, 'nothing'), log)],
  ['a pipe', () => runCommand({ file: 'mkfifo', args: [log], timeoutMs: 5_000 })],
  ['a folder', () => mkdirSync(log)],
]

it.each(tricks)('neither follows nor waits for %s where QEMU’s log should be', async (_what, play) => {
  await play()
  await expect(openPlainFile(log)).rejects.toMatchObject({ code: 'COMMAND_FAILED' })
  expect(await readLastLogLines(log)).toEqual([])
  await beginLog(log).catch(() => undefined)
  await retainLog(log, join(dir, 'logs'), 'run')
  expect(readdirSync(join(dir, 'logs'))).toEqual([])
  expect(existsSync(join(dir, 'nothing'))).toBe(false)
})

it('reads and keeps a plain one', async () => {
  writeFileSync(log, 'one\ntwo\n')
  expect(await readLastLogLines(log)).toEqual(['one', 'two'])
  expect(await beginLog(log)).toBe(8)
  await retainLog(log, join(dir, 'logs'), 'run')
  expect(readdirSync(join(dir, 'logs'))).toEqual(['run.log'])
  expect(await readLastLogLines(join(dir, 'missing'))).toEqual([])
})
