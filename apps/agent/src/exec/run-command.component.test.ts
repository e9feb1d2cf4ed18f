import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCommand } from './run-command.ts'
import { spawnDetached } from './spawn-detached.ts'

describe('runCommand', () => {
  it('returns both outputs and feeds stdin', async () => {
    const result = await runCommand({ file: 'cat', args: [], timeoutMs: 5_000, input: 'grüße, "a,b=c"\n' })
    expect(result).toEqual({ stdout: 'grüße, "a,b=c"\n', stderr: '', exitCode: 0 })
  })

  it('passes arguments as they are: no shell reads them', async () => {
    const { stdout } = await runCommand({ file: 'printf', args: ['%s|', '$(id)', '; rm x', '`a`'], timeoutMs: 5_000 })
    expect(stdout).toBe('$(id)|; rm x|`a`|')
  })

  it('fails with the exit code and the last lines', async () => {
    const run = runCommand({ file: 'sh', args: ['-c', 'echo one >&2; echo two >&2; exit 3'], timeoutMs: 5_000 })
    await expect(run).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      details: { file: 'sh', exitCode: 3, lastLines: ['one', 'two'] },
    })
  })

  it('says when a program does not exist', async () => {
    const run = runCommand({ file: '/nonexistent/program', args: [], timeoutMs: 5_000 })
    await expect(run).rejects.toMatchObject({ code: 'COMMAND_FAILED' })
  })

  it('ends at its timeout although a grandchild holds the pipes', async () => {
    const startedAt = Date.now()
    const run = runCommand({ file: 'sh', args: ['-c', 'sleep 30 & echo begun; wait'], timeoutMs: 300 })
    await expect(run).rejects.toMatchObject({ code: 'COMMAND_TIMEOUT', details: { lastLines: ['begun'] } })
    expect(Date.now() - startedAt).toBeLessThan(5_000)
  })

  it('is cancelled by its signal, also by one that is aborted already', async () => {
    const controller = new AbortController()
    const run = runCommand({
      file: 'sh',
      args: ['-c', 'echo ready; exec sleep 30'],
      timeoutMs: 20_000,
      signal: controller.signal,
      onLine: () => controller.abort(),
    })
    await expect(run).rejects.toMatchObject({ code: 'OPERATION_CANCELLED' })
    const late = runCommand({ file: 'sleep', args: ['30'], timeoutMs: 20_000, signal: AbortSignal.abort() })
    await expect(late).rejects.toMatchObject({ code: 'OPERATION_CANCELLED' })
  })

  it('keeps stdin open for the last word of whoever hears stdout', async () => {
    const script = 'read first; echo "$first heard"; read last; echo "$last too"'
    const heard = (chunk: Buffer) => (chunk.includes('heard') ? 'last\n' : undefined)
    const talk = { file: 'sh', args: ['-c', script], timeoutMs: 5_000, input: 'first\n' }
    expect(await runCommand({ ...talk, converse: heard })).toMatchObject({ stdout: 'first heard\nlast too\n' })
    const confused = (): undefined => {
      throw new Error('what is this?')
    }
    await expect(runCommand({ ...talk, converse: confused })).rejects.toMatchObject({ message: 'what is this?' })
  })

  it('kills a program that prints more than it may', async () => {
    const run = runCommand({ file: 'yes', args: [], timeoutMs: 10_000, maxOutputBytes: 10_000 })
    await expect(run).rejects.toMatchObject({ code: 'COMMAND_FAILED', message: 'yes printed too much' })
  })

  it('limits memory and CPU time of the child', async () => {
    const limits = { addressSpaceBytes: 64 * 1024 * 1024, cpuSeconds: 1 }
    const greedy = runCommand({
      file: 'sh',
      args: ['-c', 'ulimit -v; ulimit -t; while :; do :; done'],
      timeoutMs: 20_000,
      limits,
    })
    await expect(greedy).rejects.toMatchObject({ code: 'COMMAND_FAILED', details: { lastLines: ['65536', '1'] } })
  })

  it('hands on lines while the program runs', async () => {
    const lines: string[] = []
    const args = ['-c', 'printf "1%%\\r50%%\\r100%%\\nend"']
    await runCommand({ file: 'sh', args, timeoutMs: 5_000, onLine: (line) => lines.push(line) })
    expect(lines).toEqual(['1%', '50%', '100%', 'end'])
  })

  it('gives the child a small environment', async () => {
    const { stdout } = await runCommand({ file: 'env', args: [], timeoutMs: 5_000 })
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split('=')[0])
        .sort(),
    ).toEqual(['LC_ALL', 'PATH'])
  })
})

describe('spawnDetached', () => {
  it('runs in a session of its own, writes to its log and reports its exit', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'berth-exec-'))
    try {
      const logPath = join(dir, 'log')
      const child = await spawnDetached({
        file: 'sh',
        args: ['-c', 'cut -d" " -f6 /proc/self/stat; echo oops >&2; exit 7'],
        logPath,
      })
      expect(await child.exited).toEqual({ exitCode: 7, signal: null })
      expect(readFileSync(logPath, 'utf8')).toBe(`${child.pid}\noops\n`)
    } finally {
      rmSync(dir, { recursive: true })
    }
  })

  it('says when the program does not exist', async () => {
    const start = spawnDetached({ file: '/nonexistent/qemu', args: [], logPath: '/dev/null' })
    await expect(start).rejects.toMatchObject({ code: 'COMMAND_FAILED' })
  })
})
