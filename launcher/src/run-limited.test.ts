import { expect, test } from 'vitest'
import { runLimited } from './run-limited.ts'

const node = (code: string, mostMs: number) => runLimited([process.execPath, '-e', code], { cwd: '/', env: {}, mostMs })

test('tells how it ended', async () => {
  expect(await node('process.exit(3)', 30_000)).toEqual({ kind: 'exited', code: 3 })
  expect(await node("process.kill(process.pid, 'SIGKILL')", 30_000)).toEqual({ kind: 'signalled', signal: 'SIGKILL' })
})

test('ends what takes too long, and lets it put away its things', async () => {
  const code = "process.on('SIGTERM', () => process.exit(0)); setTimeout(() => undefined, 60_000)"
  expect(await node(code, 500)).toEqual({ kind: 'late' })
})
