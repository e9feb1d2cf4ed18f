/** The lab itself: what it makes, what faults do to it, and that it leaves nothing. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Lab, type LabHost } from './lab.ts'
import { ensureLab, findLab, labObstacle, removeLab } from './lab-network.ts'
import { fillDisk, mountSmallDisk } from './small-disk.ts'

const run = promisify(execFile)
const isRoot = process.getuid?.() === 0
const MiB = 2 ** 20

/** Everything that this computer has of a lab. */
async function tracesOf(id: string, stateDir: string): Promise<string[]> {
  const [names, links, tables, processes] = await Promise.all([
    run('ip', ['netns', 'list']),
    run('ip', ['-o', 'link', 'show']),
    run('nft', ['list', 'tables']),
    run('ps', ['-eo', 'args']),
  ])
  const lines = [names, links, tables].flatMap(({ stdout }) => stdout.split('\n')).filter((line) => line.includes(id))
  return [...lines, ...processes.stdout.split('\n').filter((line) => line.includes(stateDir))]
}

const listener = (port: number): string =>
  `require('net').createServer((s) => { let n = 0; s.on('error', () => s.destroy()); s.on('data', (d) => (n += d.length)); s.on('end', () => s.end(String(n))) }).listen(${port})`

/** Serves one port on the host, and counts what comes; ends with the handle. */
async function listenOn(host: LabHost, port = 7000): Promise<Disposable> {
  const child = host.start([process.execPath, '-e', `${listener(port)}.on('listening', () => console.log('ready'))`])
  if (child.stdout === null) throw new Error('the listener has no output')
  await once(child.stdout, 'data')
  return { [Symbol.dispose]: () => void child.kill('SIGKILL') }
}

const sender = (address: string, bytes: number, port = 7000): string => `
  const s = require('net').connect({ host: '${address}', port: ${port} })
  s.setTimeout(1500, () => { console.log('silent'); process.exit(0) })
  s.on('error', (e) => { console.log(e.code); process.exit(0) })
  s.on('connect', () => { s.setTimeout(0); s.end(Buffer.alloc(${bytes})) })
  s.on('data', (d) => { console.log('got ' + d) })`

/** What became of so many bytes from one host to another: "got N", "silent", or the system's word. */
const sendFrom = async (host: LabHost, to: string, { bytes = 1000, port = 7000 } = {}): Promise<string> =>
  (await host.run([process.execPath, '-e', sender(to, bytes, port)])).trim()

describe.runIf(isRoot)('a lab of two hosts', () => {
  it('joins them, and cuts and heals what it is told to', { timeout: 60_000 }, async () => {
    await using lab = await Lab.open(['one', 'two'])
    const [one, two] = [lab.host('one'), lab.host('two')]
    const { address } = two.plan
    using _server = await listenOn(two)
    expect(await sendFrom(one, address)).toBe('got 1000')
    expect((await one.run(['ls', '/sys/class/net'])).split('\n').filter(Boolean)).toEqual([
      'lan0',
      'lo',
      'mgmt0',
      'uplink0',
    ])

    await two.cut('management')
    expect(await sendFrom(one, address)).not.toContain('got')
    expect((await two.run(['cat', '/sys/class/net/mgmt0/carrier'])).trim()).toBe('0')
    await two.heal('management')
    expect(await sendFrom(one, address)).toBe('got 1000')

    await lab.cutBetween('one', 'two')
    expect(await sendFrom(one, address)).not.toContain('got')
    // The panel's side hears both all the while.
    await expect(run('ip', ['neigh', 'flush', 'dev', lab.plan.rootLink])).resolves.toBeDefined()
    const fromRoot = await run(process.execPath, ['-e', sender(address, 1000)])
    expect(fromRoot.stdout.trim()).toBe('got 1000')
    await lab.healBetween('one', 'two')
    await lab.healBetween('one', 'two')
    expect(await sendFrom(one, address)).toBe('got 1000')
  })

  it('cuts one way only, shuts doors, and puts a proxy in the way', { timeout: 60_000 }, async () => {
    await using lab = await Lab.open(['one', 'two'])
    const [one, two] = [lab.host('one'), lab.host('two')]
    const { address } = two.plan
    using _server = await listenOn(two)
    using _other = await listenOn(one)
    // Asking for the neighbour's address is heard, and its answer is not: the one that asks is cut off.
    await lab.cutOneWay('two', 'one')
    expect(await sendFrom(one, address)).not.toContain('got')
    await lab.heal()
    // A neighbour that was not found is asked for again only after a while.
    await expect.poll(() => sendFrom(one, address), { timeout: 15_000 }).toBe('got 1000')

    await lab.blockDoors('one', 'two')
    expect(await sendFrom(one, address)).toBe('got 1000')
    using _door = await listenOn(two, 40_000)
    expect(await sendFrom(one, address, { port: 40_000 })).toBe('silent')
    expect(await sendFrom(two, one.plan.address)).toBe('got 1000')
    await lab.heal()
    expect(await sendFrom(one, address, { port: 40_000 })).toBe('got 1000')

    {
      await using proxy = await lab.proxyBetween('one', 'two', 7000)
      expect(await sendFrom(one, address)).toBe('got 1000')
      expect(proxy.chaos.counts.bytesToServer).toBe(1000)
      await proxy.chaos.set({ toServer: { limit: { bytes: 10, then: 'reset' } } })
      expect(await sendFrom(one, address)).toBe('ECONNRESET')
    }
    expect(await sendFrom(one, address)).toBe('got 1000')
  })

  it('slows a cable, and tells what went over it', { timeout: 60_000 }, async () => {
    await using lab = await Lab.open(['one', 'two'])
    const [one, two] = [lab.host('one'), lab.host('two')]
    using _server = await listenOn(two)
    const before = await two.traffic('management')
    await one.slow('management', 2 * MiB)
    const beganMs = performance.now()
    expect(await sendFrom(one, two.plan.address, { bytes: 3 * MiB })).toBe(`got ${3 * MiB}`)
    // At 2 MiB/s 3 MiB cannot take less, whatever else goes on here; the bucket lets its own size through at once.
    expect(performance.now() - beganMs).toBeGreaterThan(1_300)
    const after = await two.traffic('management')
    const bytes = after.toHostBytes - before.toHostBytes
    expect(bytes).toBeGreaterThan(3 * MiB)
    expect(bytes).toBeLessThan(4 * MiB)
    await one.unslow('management')
    await one.unslow('management')
    expect(await one.run(['tc', 'qdisc', 'show', 'dev', 'mgmt0'])).not.toContain('tbf')
  })

  it('is made whole when half of it is gone, and leaves nothing, twice', { timeout: 60_000 }, async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'berth-lab-'))
    const wish = { id: randomBytes(4).toString('hex'), hosts: ['one', 'two'], stateDir, isClosed: false }
    for (let round = 0; round < 2; round++) {
      const plan = await ensureLab(wish)
      // Namespaces, the one link, the rules to reach out, the DHCP server.
      expect(await tracesOf(wish.id, stateDir)).toHaveLength(6)
      await run('ip', ['-n', plan.switchNamespace, 'link', 'delete', 'm2'])
      await run('ip', ['netns', 'delete', plan.hosts[0]?.namespace ?? ''])
      expect(await ensureLab(wish)).toEqual(plan)
      expect(await findLab(wish.id, wish.hosts)).toEqual(plan)
      // Only new hosts come to it; those that were there keep their addresses.
      const more = await ensureLab({ ...wish, hosts: [...wish.hosts, 'three'] })
      expect(more.hosts.slice(0, 2)).toEqual(plan.hosts)
      expect(await removeLab(wish.id, { keepsBusy: true })).toEqual([])
      expect(await removeLab(wish.id, { keepsBusy: false })).toEqual([])
      await expect.poll(() => tracesOf(wish.id, stateDir)).toEqual([])
    }
    await rm(stateDir, { recursive: true })
  })

  it('keeps a host in which something runs, and finds it again', { timeout: 60_000 }, async () => {
    await using lab = await Lab.open(['one', 'two'])
    const { id } = lab.plan
    const child = lab.host('two').start(['sleep', '1000'])
    await once(child, 'spawn')
    await expect
      .poll(() =>
        lab
          .host('two')
          .run(['pgrep', '-x', 'sleep'])
          .catch(() => ''),
      )
      .not.toBe('')
    expect(await removeLab(id, { keepsBusy: true })).toEqual([lab.host('two').plan.namespace])
    const stateDir = await mkdtemp(join(tmpdir(), 'berth-lab-'))
    const again = await ensureLab({ id, hosts: ['one', 'two'], stateDir, isClosed: true })
    expect(again).toEqual(lab.plan)
    await rm(stateDir, { recursive: true })
    expect(child.exitCode).toBeNull()
  })

  it('is possible here, and asking leaves nothing', async () => {
    expect(await labObstacle()).toBeUndefined()
    expect((await run('ip', ['netns', 'list'])).stdout).not.toContain('berth-probe-')
  })

  it('has disks that can be full', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'berth-lab-'))
    {
      await using _disk = await mountSmallDisk(folder, 4 * MiB)
      {
        await using _full = await fillDisk(folder)
        await expect(writeFile(join(folder, 'more'), Buffer.alloc(100_000))).rejects.toThrow('ENOSPC')
      }
      await writeFile(join(folder, 'more'), 'fits')
      expect(await readFile(join(folder, 'more'), 'utf8')).toBe('fits')
    }
    await expect(fillDisk(folder)).rejects.toThrow('not on a small disk')
    await rm(folder, { recursive: true })
  })
})
