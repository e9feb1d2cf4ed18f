/**
 * The life of what the agent mounts, with real mounts: this kernel may have no NFS, so `mount -t nfs` becomes the bind of a
 * file system that is mounted from "nas:/export", which the kernel then names in its table as it would name the export.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostIdSchema, newUuid, poolIdSchema } from '@berth/core/ids/ids'
import { poolSourceSchema } from '@berth/core/storage/pool-source'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runCommand, type RunCommandOptions } from '../exec/run-command.ts'
import { useHypervisor } from '../hypervisor/hypervisor.ts'
import { linuxHypervisor } from '../hypervisor/linux-hypervisor.ts'
import { parseMountInfo } from './mount-table.ts'
import { PoolMounts } from './pool-mounts.ts'
import { createStorage, type Storage } from './storage.ts'

const isRoot = process.getuid?.() === 0
const source = poolSourceSchema.parse({ kind: 'nfs', server: 'nas', exportPath: '/export', version: '4.2' })
const limits = { commandMs: 1_500, graceMs: 500, leastMs: 50, mostMs: 200 }

const run = (file: string, ...args: string[]) => runCommand({ file, args, timeoutMs: 10_000 })
const mountsBelow = (root: string): string[] =>
  parseMountInfo(readFileSync('/proc/self/mountinfo', 'utf8')).flatMap(({ path }) =>
    path.startsWith(root) ? [path] : [],
  )

/** How the server is: it lets itself be mounted, says something, or nothing at all. */
type Server = 'up' | 'silent' | { readonly says: string }

class World {
  readonly root = mkdtempSync(join(tmpdir(), 'berth-nfs-'))
  readonly export = join(this.root, 'export')
  readonly poolId = poolIdSchema.parse(newUuid())
  server: Server = 'up'
  readonly calls: string[][] = []
  readonly #seam: Disposable

  constructor() {
    this.#seam = useHypervisor({ ...linuxHypervisor, runTool: (options) => this.#runTool(options) })
  }

  async open(): Promise<void> {
    await run('chmod', '755', this.root)
    mkdirSync(this.export)
    await run('mount', '-t', 'tmpfs', '-o', 'size=64m,mode=755', 'nas:/export', this.export)
  }

  async host(name: string) {
    const dataDir = join(this.root, name)
    mkdirSync(dataDir, { recursive: true, mode: 0o755 })
    const options = { dataDir, mayReachLoopback: true }
    const storage = await createStorage(options, new PoolMounts(dataDir, limits))
    return { storage, dataDir, hostId: hostIdSchema.parse(newUuid()), mountPoint: join(dataDir, 'mounts', this.poolId) }
  }

  place({ hostId }: { hostId: string }) {
    return { poolId: this.poolId, name: 'fast', hostId: hostIdSchema.parse(hostId), source }
  }

  async close(): Promise<void> {
    this.#seam[Symbol.dispose]()
    for (const path of mountsBelow(this.root).toReversed()) await run('umount', path)
    rmSync(this.root, { recursive: true })
  }

  #runTool(options: RunCommandOptions) {
    if (options.file !== 'mount') return runCommand(options)
    this.calls.push([...options.args])
    if (this.server === 'silent') return runCommand({ ...options, file: 'sleep', args: ['30'] })
    if (this.server === 'up')
      return runCommand({ ...options, args: ['--bind', this.export, options.args.at(-1) ?? ''] })
    return runCommand({ ...options, file: 'sh', args: ['-c', 'echo "$0" >&2; exit 32', this.server.says] })
  }
}

type TestHost = Awaited<ReturnType<World['host']>>
let world: World
const attach = (host: TestHost, isFirst: boolean) =>
  host.storage.attachPool({ kind: 'pool.attach', ...world.place(host), isFirst })
const detach = (host: TestHost, isLast: boolean) =>
  host.storage.detachPool({ kind: 'pool.detach', ...world.place(host), isLast }, [])
const problemOf = async (storage: Storage) =>
  (await storage.observePools([])).find(({ name }) => name === 'fast')?.problem

describe.runIf(isRoot)('an export that agents mount', () => {
  beforeEach(async () => {
    world = new World()
    await world.open()
  })
  afterEach(() => world.close())

  it('is mounted by each host below its data, and gone with its mount point when it is left', async () => {
    const [a, b] = [await world.host('a'), await world.host('b')]
    expect(await attach(a, true)).toMatchObject({ path: a.mountPoint, problem: null, shared: { poolId: world.poolId } })
    expect(world.calls[0]?.slice(0, 4)).toEqual(['-t', 'nfs', '-o', expect.stringMatching(/^vers=4\.2,hard,/)])
    expect(await attach(b, false)).toMatchObject({ path: b.mountPoint, problem: null })
    expect(await attach(b, false)).toMatchObject({ path: b.mountPoint })
    expect(world.calls).toHaveLength(2)
    expect(readdirSync(world.export).sort()).toEqual(['berth-pool.json', 'images', 'incoming', 'trash', 'volumes'])
    await detach(b, false)
    expect(existsSync(b.mountPoint)).toBe(false)
    await detach(a, true)
    await detach(a, true)
    expect(readdirSync(world.export)).toEqual([])
    expect(mountsBelow(world.root)).toEqual([world.export])
    expect(existsSync(a.mountPoint)).toBe(false)
  })

  it('is found mounted by the next agent, and mounted again after the host went down', async () => {
    const a = await world.host('a')
    await attach(a, true)
    expect(await problemOf((await world.host('a')).storage)).toBeNull()
    expect(world.calls).toHaveLength(1)
    await run('umount', a.mountPoint)
    expect(await problemOf(a.storage)).toMatch(/nas:\/export is not mounted on this host/)
    expect(await problemOf((await world.host('a')).storage)).toBeNull()
    expect(world.calls).toHaveLength(2)
  })

  it('says why while it cannot be mounted, is written to by nobody, and comes back by itself', async () => {
    const a = await world.host('a')
    await attach(a, true)
    await run('umount', a.mountPoint)
    world.server = { says: 'mount.nfs: Connection refused' }
    const { storage } = await world.host('a')
    expect(await problemOf(storage)).toBe(
      'nas:/export is not mounted on this host: nas refuses the connection: no NFS server runs there.',
    )
    await storage.sweep([])
    expect(readdirSync(a.mountPoint)).toEqual([])
    world.server = 'up'
    await vi.waitFor(
      async () => {
        storage.tendMounts()
        expect(await problemOf(storage)).toBeNull()
      },
      { timeout: 5_000 },
    )
  })

  it('holds nobody up when its server says nothing, and is tried by one program at a time', async () => {
    const a = await world.host('a')
    world.server = 'silent'
    const tries = Promise.allSettled([attach(a, true), attach(a, true)])
    expect((await a.storage.observePools([])).map(({ name }) => name)).toEqual(['default'])
    const refused = { status: 'rejected', reason: expect.objectContaining({ code: 'POOL_UNAVAILABLE' }) as unknown }
    expect(await tries).toEqual([refused, refused])
    world.server = 'up'
    expect(await attach(a, true)).toMatchObject({ problem: null })
    expect(readdirSync(world.export)).toContain('berth-pool.json')
  })

  it('is refused where something else is mounted, which stays', async () => {
    const a = await world.host('a')
    mkdirSync(a.mountPoint, { recursive: true })
    await run('mount', '-t', 'tmpfs', 'other:/export', a.mountPoint)
    await expect(attach(a, true)).rejects.toMatchObject({
      code: 'POOL_WRONG',
      message: expect.stringMatching(/^other:\/export is mounted in .*, not nas:\/export/) as unknown,
    })
    expect(readdirSync(a.mountPoint)).toEqual([])
    await detach(a, true)
    expect(mountsBelow(a.mountPoint)).toEqual([a.mountPoint])
  })

  it('is not left mounted where it is not that pool', async () => {
    const a = await world.host('a')
    await expect(attach(a, false)).rejects.toMatchObject({ code: 'POOL_WRONG' })
    writeFileSync(join(world.export, 'letters.txt'), 'x')
    await expect(attach(a, true)).rejects.toMatchObject({ code: 'POOL_UNAVAILABLE' })
    expect(mountsBelow(world.root)).toEqual([world.export])
  })

  it('is not torn away from whoever works in it', async () => {
    const a = await world.host('a')
    await attach(a, true)
    writeFileSync(join(a.mountPoint, 'volumes/held'), 'x')
    const [sleeper, ended] = [new AbortController(), Promise.withResolvers<undefined>()]
    const args = ['-c', 'exec <"$0"; echo ready; exec sleep 60', join(a.mountPoint, 'volumes/held')]
    const started = new Promise<void>((ready) => {
      const holder = { file: 'sh', args, timeoutMs: 60_000, signal: sleeper.signal, onLine: () => ready() }
      void runCommand(holder).catch(() => ended.resolve(undefined))
    })
    await started
    await expect(detach(a, false)).rejects.toMatchObject({ code: 'POOL_IN_USE' })
    expect(await problemOf(a.storage)).toBeNull()
    sleeper.abort()
    await ended.promise
    await detach(a, false)
    expect(existsSync(a.mountPoint)).toBe(false)
  })

  it('is looked at without a trace, and the look says what is the matter', async () => {
    const { storage, dataDir } = await world.host('a')
    expect(await storage.inspect({ source })).toMatchObject({ problem: null, poolId: null, isOnRootDisk: false })
    writeFileSync(join(world.export, 'letters.txt'), 'x')
    expect((await storage.inspect({ source })).problem).toMatch(/^nas:\/export is not empty: letters\.txt lies there/)
    world.server = { says: "mount: /x: unknown filesystem type 'nfs'." }
    expect((await storage.inspect({ source })).problem).toMatch(/install the package nfs-common/)
    expect(readdirSync(join(dataDir, 'mounts'))).toEqual([])
    expect(mountsBelow(world.root)).toEqual([world.export])
  })

  it('takes away what the test of an agent that died has left mounted', async () => {
    const { dataDir } = await world.host('a')
    const left = join(dataDir, 'mounts', `test-${newUuid()}`)
    mkdirSync(left, { recursive: true })
    await run('mount', '--bind', world.export, left)
    await world.host('a')
    await vi.waitFor(() => expect(existsSync(left)).toBe(false), { timeout: 5_000 })
  })
})
