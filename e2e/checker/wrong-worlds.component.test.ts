/** Each invariant can fail: a world that is right says nothing, and each wrong put into it is named. */
import { execFile, spawn } from 'node:child_process'
import { mkdir, open, readlink, rm, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { expect, test, vi } from 'vitest'
import { tapOf } from './link-violations.ts'
import { InventedBerth, newId, type InventedMachine } from './testing/invented-berth.ts'

test('a world that is right has nothing to say, with machines on and off on two hosts', async () => {
  await using berth = await InventedBerth.make()
  await berth.addMachine({ host: 'a', state: 'running' })
  await berth.addMachine({ host: 'b', state: 'running' })
  await berth.addMachine({ host: 'b' })
  await berth.addAudit(await berth.addOperation('succeeded'))
  expect(await berth.checker.problems()).toEqual([])
})

const run = promisify(execFile)

/** What is put wrong with a machine that runs on host a, and what must be said of it. */
const wrongs: Record<string, [(berth: InventedBerth, machine: InventedMachine) => Promise<unknown>, RegExp]> = {
  'a second QEMU for it on another host': [
    (berth, machine) => berth.startQemu(machine, { host: 'b', isPaused: true }),
    /^I1 2 QEMUs exist for .+: \d+ on [ab] and \d+ on [ab]$/,
  ],
  'its row on another host': [
    (berth, { vmId }) => berth.sql('UPDATE vm SET host_id = $2 WHERE id = $1', vmId, berth.hostId('b')),
    /^I4 QEMU \d+ runs for .+ on a, and the machine is on b$/,
  ],
  'its row deleted': [
    (berth, { vmId }) => berth.sql('UPDATE vm SET deleted_at = now() WHERE id = $1', vmId),
    /^I4 QEMU \d+ on a runs for .+, which is no machine$/,
  ],
  'its disk removed': [(_, { diskPath }) => rm(diskPath), /^I3 row .+ on a has no file$/],
  'its disk cut short': [
    async (_, { diskPath }) => {
      await using file = await open(diskPath, 'r+')
      await file.write(Buffer.from([0, 0, 0, 0, 0, 16, 0, 0]), 0, 8, 24)
    },
    /^I3 .+ has 1048576 bytes, and its row 67108864$/,
  ],
  'its disk emptied': [(_, { diskPath }) => truncate(diskPath, 0), /^I3 .+ is no qcow2$/],
  'its overlay without its base': [
    async (_, { diskPath }) => {
      await using file = await open(diskPath, 'r+')
      const head = Buffer.from([0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 9])
      await file.write(head, 0, 12, 8)
      await file.write('gone.base', 512)
    },
    /^I3 .+ is an overlay of gone\.base, which is gone$/,
  ],
  'a volume that no row knows': [
    (_, { diskPath }) => writeFile(diskPath.replace(/[^/]+$/, `${newId()}.raw`), ''),
    /^I4 file .+\.raw has no row$/,
  ],
  'an image that was never finished': [
    (berth) => writeFile(join(berth.poolOf('b'), 'images/x.qcow2.part'), ''),
    /^I4 file .+x\.qcow2\.part was never finished$/,
  ],
  'a folder of it on a host that does not own it': [
    (berth, { vmId }) => mkdir(join(berth.dataDir, 'hosts/b/vms', vmId), { recursive: true }),
    /^I4 .+hosts\/b\/vms\/.+ belongs to no machine of b$/,
  ],
  'a record of a move that is over': [
    async (berth, { vmId }) => {
      await mkdir(join(berth.dataDir, 'hosts/b/moves/incoming'), { recursive: true })
      await writeFile(join(berth.dataDir, 'hosts/b/moves/incoming', `${vmId}.json`), '{}')
    },
    /^I4 .+moves\/incoming\/.+\.json waits for a move that is over$/,
  ],
  'the key of a move that is over': [
    (berth) => mkdir(join(berth.runDir, 'b/key-012345678901')),
    /^I4 .+\/b\/key-012345678901 holds the key of a move that is over$/,
  ],
  'a run directory on a host that does not own it': [
    async (berth, { vmId }) => {
      await mkdir(join(berth.runDir, 'b/012345678901'))
      await writeFile(join(berth.runDir, 'b/012345678901/vm-id'), vmId)
    },
    /^I4 run directory b\/012345678901 belongs to .+, no machine of b$/,
  ],
  'its process another than its row says': [
    (berth, { vmId }) => berth.sql(`UPDATE vm_observed SET observed = '{"run":{"pid":1}}' WHERE vm_id = $1`, vmId),
    /^I5 .+ is said to be process 1, and is \d+$/,
  ],
  'its row stopped': [
    (berth, { vmId }) => berth.sql(`UPDATE vm_observed SET state = 'stopped' WHERE vm_id = $1`, vmId),
    /^I5 .+ is said to be stopped, and QEMU \d+ runs for it$/,
  ],
  'last seen on a host that does not own it': [
    (berth, { vmId }) => berth.sql('UPDATE vm_observed SET host_id = $2 WHERE vm_id = $1', vmId, berth.hostId('b')),
    /^I5 .+ is on a, and was last seen on b$/,
  ],
  'an operation that goes on': [(berth) => berth.addOperation('running'), /^I7 "Start web-1" \(.+\) is running$/],
  'an operation that failed without a word': [
    (berth) => berth.addOperation('interrupted'),
    /^I7 "Start web-1" \(.+\) is interrupted without a reason$/,
  ],
}

test('each wrong that is put into a world is named', async () => {
  await using berth = await InventedBerth.make()
  // One world for all of them, each with a machine of its own: looking through /proc is what costs.
  const machines = new Map<string, InventedMachine>()
  for (const name of Object.keys(wrongs)) machines.set(name, await berth.addMachine({ state: 'running' }))
  expect(await berth.checker.problems()).toEqual([])
  for (const [name, [putWrong]] of Object.entries(wrongs)) {
    const machine = machines.get(name)
    if (machine) await putWrong(berth, machine)
  }
  const problems = await berth.checker.problems()
  for (const [name, [, said]] of Object.entries(wrongs)) {
    expect.soft(problems, name).toContainEqual(expect.stringMatching(said))
  }
})

test('named: a machine that is said to run without a QEMU, and the sockets that it left', async () => {
  await using berth = await InventedBerth.make()
  const { vmId, runDir } = await berth.addMachine({ host: 'b' })
  await berth.sql(`UPDATE vm_observed SET state = 'running' WHERE vm_id = $1`, vmId)
  await mkdir(runDir, { recursive: true })
  await writeFile(join(runDir, 'vm-id'), vmId)
  const left = createServer().listen(join(runDir, 'qmp'))
  await once(left, 'listening')
  const problems = await berth.checker.problems()
  left.close()
  expect(problems).toEqual([
    `I5 ${vmId} is said to be running, and no QEMU runs for it`,
    expect.stringMatching(/^I4 socket b\/[0-9a-f]{12}\/qmp has no process$/),
  ])
})

test('named: a QEMU that listens on a port', async () => {
  await using berth = await InventedBerth.make()
  const machine = await berth.addMachine()
  const pid = await berth.startQemu(machine, {
    extra: ['-chardev', 'socket,id=c,host=127.0.0.1,port=0,server=on,wait=off'],
  })
  await berth.sql(
    `UPDATE vm_observed SET state = 'running', observed = json_build_object('run', json_build_object('pid', $2::int))
     WHERE vm_id = $1`,
    ...[machine.vmId, pid],
  )
  expect(await berth.checker.problems()).toEqual([expect.stringMatching(/^I4 QEMU \d+ of .+ listens on port \d+$/)])
})

test('named: a helper that stayed behind, and a stranger who writes to a disk', async () => {
  await using berth = await InventedBerth.make()
  const { diskPath } = await berth.addMachine()
  const helper = spawn('sleep', ['600'], { argv0: `/usr/bin/qemu-img`, env: { OF: diskPath } })
  await using disk = await open(diskPath, 'a')
  const writer = spawn('tail', ['-f', '/dev/null'], { env: { OF: diskPath }, stdio: ['ignore', 'ignore', disk.fd] })
  using ends = new DisposableStack()
  for (const child of [helper, writer]) ends.defer(() => void child.kill('SIGKILL'))
  await vi.waitFor(async () => {
    expect(await berth.checker.problems()).toEqual([
      expect.stringMatching(/^I4 tail \d+ has .+\.qcow2 open for writing/),
    ])
  })
  const nbd = spawn('tail', ['-f', '/dev/null', '--', diskPath], { argv0: 'qemu-nbd' })
  ends.defer(() => void nbd.kill('SIGKILL'))
  await vi.waitFor(async () => {
    expect(await berth.checker.problems()).toContainEqual(expect.stringMatching(/^I4 qemu-nbd \d+ is still there: /))
  })
})

const isRoot = process.getuid?.() === 0

test.runIf(isRoot)('named: a tap of a machine that is off, and in a host’s own network one of nobody', async () => {
  await using berth = await InventedBerth.make()
  const [here, there] = [await berth.addMachine(), await berth.addMachine({ host: 'b' })]
  const agent = spawn('unshare', ['-n', 'sleep', '600'], {
    env: { ...process.env, BERTH_AGENT_DATA: join(berth.dataDir, 'hosts/b') },
  })
  await using ends = new AsyncDisposableStack()
  ends.defer(() => void agent.kill('SIGKILL'))
  const inOwnNetwork = ['nsenter', '-t', String(agent.pid), '-n']
  await vi.waitFor(async () =>
    expect(await readlink(`/proc/${agent.pid}/ns/net`)).not.toBe(await readlink('/proc/self/ns/net')),
  )
  // A bridge is a link as good as a tap here.
  const addTap = async (prefix: string[], name: string): Promise<void> => {
    const [file = 'ip', ...args] = [...prefix, 'ip', 'link']
    await run(file, [...args, 'add', name, 'type', 'bridge'])
    // With the last process in it a network goes, and what is in it.
    if (prefix.length === 0) ends.defer(async () => void (await run(file, [...args, 'delete', name])))
  }
  await addTap([], tapOf(here.nicId))
  await addTap(inOwnNetwork, tapOf(there.nicId))
  await addTap(inOwnNetwork, 'btap0000000000')
  expect((await berth.checker.problems()).sort()).toEqual(
    [
      `I4 ${tapOf(here.nicId)} stays on a of ${here.vmId}`,
      `I4 ${tapOf(there.nicId)} stays on b of ${there.vmId}`,
      'I4 btap0000000000 on b is of no machine',
    ].sort(),
  )
})
