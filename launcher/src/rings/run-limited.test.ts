import { spawn } from 'node:child_process'
import { once } from 'node:events'
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

test('ends with its program when it is interrupted itself', async () => {
  const argv = "[process.execPath, '-e', 'process.stdout.write(`on `); setTimeout(() => undefined, 60_000)']"
  const code = `import { runLimited } from '${import.meta.resolve('./run-limited.ts')}'
    const { kind } = await runLimited(${argv}, { cwd: '/', env: {}, mostMs: 60_000 })
    process.stdout.write(kind)`
  const caller = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  caller.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
    if (said === 'on ') caller.kill('SIGINT')
  })
  await once(caller, 'close')
  expect(said).toBe('on interrupted')
})
