import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EventEmitter } from 'node:events'
import { keepAlive } from './keeper.ts'
import { nodeService } from './node-service.ts'
import { isAlive } from '../system/living-process.ts'
import type { KeptRecord } from './supervisor-record.ts'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'berth-keeper-'))
  await writeFile(
    join(dir, 'lives.ts'),
    `console.log('alive', process.pid); process.on('SIGTERM', () => process.exit(0)); process.stdin.resume(); setInterval(() => {}, 1000)`,
  )
})
afterEach(() => rm(dir, { recursive: true }))

/** A keeper whose published records can be waited for. */
function keep(lookEveryMs = 20) {
  const service = nodeService({
    name: 'lives',
    entry: join(dir, 'lives.ts'),
    dataDir: dir,
    logPath: join(dir, 'lives.log'),
    env: async () => ({}),
  })
  const abort = new AbortController()
  const records: KeptRecord[] = []
  const news = new EventEmitter()
  const publish = (record: KeptRecord): void => {
    records.push(record)
    news.emit('record')
  }
  const done = keepAlive({ service, signal: abort.signal, publish, lookEveryMs })
  const until = async (matches: (record: KeptRecord) => boolean): Promise<KeptRecord> => {
    for (;;) {
      const found = records.find(matches)
      if (found) return found
      await once(news, 'record', { signal: AbortSignal.timeout(20_000) })
    }
  }
  const leave = async (): Promise<void> => {
    abort.abort()
    await done
  }
  return { service, until, leave }
}

test('a killed process comes back; a supervisor that leaves does not take it along; its successor adopts it', async () => {
  const first = keep()
  const before = await first.until((record) => record.state === 'running')
  process.kill(before.pid ?? 0, 'SIGKILL')
  const after = await first.until((record) => record.state === 'running' && record.pid !== before.pid)
  expect(after.restarts).toBe(1)
  await first.leave()

  const identity = { pid: after.pid ?? 0, startTime: after.startTime ?? 0 }
  expect(await isAlive(identity)).toBe(true)

  const second = keep()
  expect(await second.until((record) => record.state === 'running')).toMatchObject({ ...identity, restarts: 0 })
  await second.leave()
  await second.service.stop()
  expect(await isAlive(identity)).toBe(false)
})

test('a program that cannot stay is told with the reason, and tried again', async () => {
  await writeFile(join(dir, 'lives.ts'), `throw new Error('no database')`)
  const keeper = keep()
  expect(await keeper.until((record) => record.restarts === 2)).toMatchObject({ state: 'restarting', pid: null })
  await keeper.leave()
  expect(await readFile(join(dir, 'lives.log'), 'utf8')).toContain('no database')
})
