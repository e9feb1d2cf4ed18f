/** The invariants that are judged by more than a look: while a case runs, by the panel, by known secrets, over a restart. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { converge } from './convergence.ts'
import { cgroupViolations } from './link-violations.ts'
import type { RunSampler } from './run-sampler.ts'
import { InventedBerth, newId, type InventedMachine } from './testing/invented-berth.ts'
import { inWords, violation } from './violation.ts'

const words = (sampler: RunSampler): string[] => sampler.violations().map(inWords)

/** Until the sampler has looked at everything several times more. */
async function lookedOn(sampler: RunSampler, answers = 8): Promise<void> {
  const { statusAnswers, looks } = sampler.sight
  await vi.waitFor(
    () => {
      expect(sampler.sight.statusAnswers).toBeGreaterThan(statusAnswers + answers)
      expect(sampler.sight.looks).toBeGreaterThan(looks + answers)
    },
    { timeout: 10_000, interval: 10 },
  )
}

/** The whole of a machine's life that an expert's socket takes: it serves one client, so this is for unsampled QEMUs. */
async function tell(qmpPath: string, command: string): Promise<void> {
  const socket = connect({ path: qmpPath })
  socket.write(`{"execute":"qmp_capabilities"}\n{"execute":"${command}"}\n`)
  let answers = ''
  for await (const chunk of socket) {
    answers += String(chunk)
    if ((answers.match(/"return"/g)?.length ?? 0) === 2) break
  }
}

test('I1: two QEMUs of one machine whose processors both run', async () => {
  await using berth = await InventedBerth.make()
  const machine = await berth.addMachine({ state: 'running' })
  await using sampler = berth.checker.sample()
  const waiting = await berth.startQemu(machine, { host: 'b', isPaused: true })
  await lookedOn(sampler)
  expect(sampler.sight.qemus).toBe(2)
  expect(words(sampler), 'one runs and one waits, as in a move').toEqual([])
  process.kill(waiting, 'SIGKILL')
  await berth.startQemu(machine, { host: 'b' })
  await vi.waitFor(() => expect(sampler.violations()).not.toEqual([]), { timeout: 10_000 })
  expect(words(sampler)).toContainEqual(
    expect.stringMatching(new RegExp(`^I1 ${machine.vmId} ran in QEMU \\d+ and in QEMU \\d+ from .+ for [\\d.]+ ms$`)),
  )
})

test('I1: one that is handed over runs in both, one after the other, and that is well', async () => {
  await using berth = await InventedBerth.make()
  const machine = await berth.addMachine({ state: 'running' })
  const source = join(machine.runDir, 'qmp-expert')
  await tell(source, 'stop')
  await using sampler = berth.checker.sample()
  await lookedOn(sampler, 3)
  await berth.startQemu(machine, { host: 'b' })
  await lookedOn(sampler)
  expect(sampler.isRunning(machine.vmId)).toBe(true)
  expect(words(sampler)).toEqual([])
})

test('I2: a disk that two QEMUs that run have open for writing', async () => {
  await using berth = await InventedBerth.make()
  const [one, other] = [await berth.addMachine({ state: 'running' }), await berth.addMachine()]
  await using sampler = berth.checker.sample()
  await lookedOn(sampler)
  expect(words(sampler)).toEqual([])
  await berth.startQemu({ ...other, diskPath: one.diskPath })
  await vi.waitFor(() => expect(sampler.violations()).not.toEqual([]), { timeout: 10_000 })
  expect(words(sampler)).toEqual([
    expect.stringMatching(/^I2 .+\.qcow2 was open for writing at .+ by QEMU \d+ \(runs\) and QEMU \d+ \(runs\)$/),
  ])
})

test('I3: a pattern on a disk that somebody wrote over', async () => {
  await using berth = await InventedBerth.make()
  const machine = await berth.addMachine()
  const { checker } = berth
  const canary = await checker.plantCanary(machine.vmId, { offsetBytes: 32 * 2 ** 20 })
  await berth.startQemu(machine)
  expect(await checker.canaryProblems(machine.vmId, canary), 'also while it runs').toEqual([])
  const moved = { ...canary, byte: (canary.byte % 255) + 1 }
  expect(await checker.canaryProblems(machine.vmId, moved)).toEqual([
    expect.stringMatching(/^I3 the pattern at 33554432 /),
  ])
  const shifted = { ...canary, offsetBytes: canary.offsetBytes - 512 }
  expect(await checker.canaryProblems(machine.vmId, shifted)).toEqual([expect.stringMatching(/^I3 the pattern at /)])
})

test('I4: a control group of a machine that has no QEMU', async () => {
  await using berth = await InventedBerth.make()
  await berth.addMachine({ state: 'running' })
  const [qemu] = await berth.checker.qemuProcesses()
  const [mine, lost] = [qemu?.vmId ?? '', newId()]
  const root = join(berth.dataDir, 'cgroup')
  await mkdir(join(root, 'cpu/berth', mine), { recursive: true })
  await mkdir(join(root, 'cpu/other', lost), { recursive: true })
  expect((await cgroupViolations(qemu ? [qemu] : [], root)).map(inWords)).toEqual([])
  await mkdir(join(root, 'cpu/berth', lost))
  await mkdir(join(root, `berth-${lost}`))
  expect((await cgroupViolations(qemu ? [qemu] : [], root)).map(inWords)).toEqual([
    `I4 control group berth-${lost} is of ${lost}, which has no QEMU`,
    `I4 control group cpu/berth/${lost} is of ${lost}, which has no QEMU`,
  ])
})

test('I6: it comes in time, too late, or not at all; what cannot be looked at is not well', async () => {
  const wrong = violation('I5', 'something')
  const answers = [() => Promise.reject(new Error('away')), () => Promise.resolve([wrong]), () => Promise.resolve([])]
  const settings = { withinMs: 5_000, everyMs: 1 }
  const well = await converge(() => (answers.shift() ?? (() => Promise.resolve([])))(), settings)
  expect(well.violations).toEqual([])
  expect(answers).toEqual([])
  const never = await converge(() => Promise.resolve([wrong]), { withinMs: 20, everyMs: 1 })
  expect(never.violations.map(inWords)).toEqual([
    expect.stringMatching(/^I6 not true again after \d+ ms: I5 some/),
    'I5 something',
  ])
  const late = await converge(() => new Promise((resolve) => setTimeout(() => resolve([]), 5)), { withinMs: 1 })
  expect(late.violations.map(inWords)).toEqual([expect.stringMatching(/^I6 .+ it came too late$/)])
  const blind = await converge(() => Promise.reject(new Error('away')), { withinMs: 20, everyMs: 1 })
  expect(blind.violations.map(inWords)[0]).toMatch(/^I6 .+ could not be looked at: Error: away$/)
})

interface Told {
  machines: { vmId: string; state: string; host: { hostId: string } | null; run: { pid: number } | null }[]
  operations: { operationId: string; status: string }[]
}

/** A panel that tells what the test wants, one thing per page. */
async function tellingPanel(told: Told): Promise<{ url: string; token: string } & AsyncDisposable> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://panel')
    const { cursor } = JSON.parse(url.searchParams.get('input') ?? '{}') as { cursor?: string }
    const items = url.pathname.endsWith('vm.list') ? told.machines : told.operations
    const at = Number(cursor ?? 0)
    const data = { items: items.slice(at, at + 1), nextCursor: at + 1 < items.length ? String(at + 1) : null }
    response.end(JSON.stringify({ result: { data } }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: 'none',
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

test('I8 and I10: what the audit or the panel says, and the rows do not', async () => {
  await using berth = await InventedBerth.make()
  const { checker } = berth
  const [one, other]: InventedMachine[] = [await berth.addMachine(), await berth.addMachine({ host: 'b' })]
  const done = await berth.addOperation('succeeded')
  await berth.addAudit(done)
  await berth.addAudit(done, 'operation.cancel')
  await berth.addAudit(done, 'vm.setMoveBandwidth')
  const told: Told = {
    machines: [
      { vmId: one?.vmId ?? '', state: 'stopped', host: { hostId: berth.hostId('a') }, run: null },
      { vmId: other?.vmId ?? '', state: 'stopped', host: { hostId: berth.hostId('b') }, run: null },
    ],
    operations: [{ operationId: done, status: 'succeeded' }],
  }
  await using panel = await tellingPanel(told)
  expect(await checker.pictureProblems(panel)).toEqual([])
  expect(await checker.auditProblems()).toEqual([])

  const silent = await berth.addOperation('succeeded')
  await berth.addAudit(done)
  const ghost = newId()
  told.machines[1] = { vmId: ghost, state: 'running', host: null, run: null }
  Object.assign(told.machines[0] ?? {}, { state: 'running', host: { hostId: berth.hostId('b') }, run: { pid: 7 } })
  told.operations = [{ operationId: done, status: 'running' }]
  expect((await checker.auditProblems()).sort()).toEqual(
    [
      `I8 "Start web-1" (${silent}) stands in the audit 0 times`,
      `I8 "Start web-1" (${done}) stands in the audit 2 times`,
    ].sort(),
  )
  expect((await checker.pictureProblems(panel)).sort()).toEqual(
    [
      `I10 the panel says that the state of ${one?.vmId} is running, its row stopped`,
      `I10 the panel says that the host of ${one?.vmId} is ${berth.hostId('b')}, its row ${berth.hostId('a')}`,
      `I10 the panel says that the process of ${one?.vmId} is 7, its row null`,
      `I10 the panel does not know ${other?.vmId}`,
      `I10 the panel says that ${ghost} is running, and there is no such machine`,
      `I10 the panel says that operation ${done} is running, its row succeeded`,
      `I10 the panel says that operation ${silent} is undefined, its row succeeded`,
    ].sort(),
  )
})

test('I10: the last picture of a host that is gone must not be told as now', async () => {
  await using berth = await InventedBerth.make()
  const { vmId } = await berth.addMachine()
  await berth.sql(`UPDATE host SET state = 'offline' WHERE name = 'a'`)
  const machines = [{ vmId, state: 'stopped', host: { hostId: berth.hostId('a') }, run: null }]
  await using panel = await tellingPanel({ machines, operations: [] })
  expect(await berth.checker.pictureProblems(panel)).toEqual([
    `I10 the panel says that the state of ${vmId} is stopped, its row unknown`,
  ])
})

const places: Record<string, (berth: InventedBerth, text: string) => Promise<unknown>> = {
  'a log': async (berth, text) => {
    await mkdir(join(berth.dataDir, 'logs'))
    // Across the edge of two pieces that are read.
    await writeFile(join(berth.dataDir, 'logs/panel.log'), `${'x'.repeat(2 ** 20 - 5)}${text}\n`)
  },
  'a journal': async (berth, text) => {
    await mkdir(join(berth.dataDir, 'hosts/a/journal'))
    await writeFile(join(berth.dataDir, 'hosts/a/journal/steps.jsonl'), JSON.stringify({ text }))
  },
  'a row': (berth, text) => berth.sql(`UPDATE vm SET name = $1`, text),
  'a row of JSON': (berth, text) => berth.sql(`UPDATE vm SET spec = $1`, JSON.stringify({ nics: [], text })),
  'a column of bytes': (berth, text) => berth.sql(`UPDATE vm SET sealed_secrets = $1`, Buffer.from(`-${text}-`)),
  'an argv': async (berth, text) =>
    berth.startQemu(await berth.addMachine(), { extra: ['-name', text.replaceAll(',', ',,')] }),
}

test('I11: a secret in each place where none may stand', async () => {
  await using berth = await InventedBerth.make()
  await berth.addMachine()
  const secrets = new Map(Object.keys(places).map((name) => [name, `hunter2 & söhne/"${name}"`]))
  expect(await berth.checker.secretProblems(secrets)).toEqual([])
  for (const [name, put] of Object.entries(places)) await put(berth, secrets.get(name) ?? '')
  const problems = await berth.checker.secretProblems(secrets)
  expect(problems.join()).not.toContain('hunter2')
  for (const [name, where] of Object.entries({
    'a log': 'logs/panel.log',
    'a journal': 'journal/steps.jsonl',
    'a row': '1 rows of vm',
    'a row of JSON': '1 rows of vm',
    'a column of bytes': '1 rows of vm',
    'an argv': 'the argv of qemu-system-x86_64',
  })) {
    expect.soft(problems).toContainEqual(expect.stringMatching(`^I11 the ${name} stands in .*${where}`))
  }
})

test('I12: what was acknowledged and is gone or another after a restart', async () => {
  await using berth = await InventedBerth.make()
  const { checker } = berth
  const { vmId, volumeId } = await berth.addMachine()
  const ended = await berth.addOperation('succeeded')
  const open = await berth.addOperation('running')
  const before = await checker.keptState()
  await berth.addMachine()
  await berth.sql(`UPDATE operation SET status = 'succeeded', ended_at = now() WHERE id = $1`, open)
  await berth.sql(`UPDATE vm SET owner_epoch = owner_epoch + 2 WHERE id = $1`, vmId)
  expect(await checker.lossesSince(before), 'what is new, or goes on, is no loss').toEqual([])
  await berth.sql(`UPDATE vm SET revision = revision + 1, owner_epoch = 0 WHERE id = $1`, vmId)
  await berth.sql(`UPDATE operation SET status = 'failed' WHERE id = $1`, ended)
  await berth.sql(`DELETE FROM volume WHERE id = $1`, volumeId)
  expect((await checker.lossesSince(before)).sort()).toEqual([
    `I12 epoch ${vmId} was 1 and is 0`,
    expect.stringMatching(`^I12 machine ${vmId} was [0-9a-f]{32} and is [0-9a-f]{32}$`),
    expect.stringMatching(`^I12 operation ${ended} was vm.start.succeeded.* and is vm.start.failed`),
    `I12 volume ${volumeId} is gone`,
  ])
})

test('a run directory that is gone with its host is looked at all the same', async () => {
  await using berth = await InventedBerth.make()
  await rm(berth.runDir, { recursive: true })
  expect(await berth.checker.problems()).toEqual([])
})
