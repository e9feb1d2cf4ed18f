/** ping itself, and a guest's end of a bridge in a network namespace of its own: a real kernel answers, and is cut off. */
import { setTimeout as pause } from 'node:timers/promises'
import { networkIdSchema, newUuid, nicIdSchema, vmIdSchema } from '@berth/core/ids/ids'
import { macOfNic } from '@berth/core/network/network'
import type { GuestAddress } from '@berth/core/vm/vm-observation'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../../exec/run-command.ts'
import { useHypervisor } from '../../hypervisor/hypervisor.ts'
import { linuxHypervisor } from '../../hypervisor/linux-hypervisor.ts'
import { linkLocalOf } from './echo-address.ts'
import { GuestHearing } from './guest-hearing.ts'

const run = async (file: string, ...args: string[]): Promise<string> =>
  (await runCommand({ file, args, timeoutMs: 5_000 })).stdout
const ip = (...args: string[]): Promise<string> => run('ip', ...args)

const short = newUuid().slice(-7)
const [bridge, cable, namespace] = [`tbr${short}`, `tvp${short}`, `berth-hear-${short}`]
const nicId = nicIdSchema.parse(newUuid())
const mac = macOfNic(nicId)
const networkId = networkIdSchema.parse(newUuid())
const nics = [{ nicId, mac, network: { networkId, kind: 'bridge' as const, bridge } }]

async function openGuest(): Promise<void> {
  await ip('netns', 'add', namespace)
  await ip('link', 'add', bridge, 'type', 'bridge', 'forward_delay', '0')
  await ip('link', 'set', bridge, 'up')
  await ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'address', mac, 'netns', namespace)
  await ip('link', 'set', cable, 'master', bridge, 'up')
  await ip('-n', namespace, 'link', 'set', 'eth0', 'up')
  // Both ends can speak once their kernels know that nobody else has their addresses.
  const hasAddress = async (link: string, ...where: string[]): Promise<boolean> =>
    (await ip(...where, '-6', 'addr', 'show', 'dev', link, '-tentative')).includes('fe80::')
  while (!(await hasAddress('eth0', '-n', namespace))) await pause(50)
  while (!(await hasAddress(bridge))) await pause(50)
}

const listen = (addresses: readonly GuestAddress[] = [], signal = new AbortController().signal): GuestHearing =>
  new GuestHearing({ vmId: vmIdSchema.parse(newUuid()), nics, addresses, logger: pino({ level: 'silent' }), signal })

/** Of this test's own bridge. */
async function pings(): Promise<string[]> {
  const { processes } = linuxHypervisor
  const all = await Promise.all((await processes.candidates('')).map((pid) => processes.commandLine(pid)))
  const lines = all.map((argv) => argv?.join(' ') ?? '')
  return lines.filter((line) => line.startsWith('ping ') && line.includes(bridge))
}

async function cutFor(ms: number): Promise<void> {
  await ip('link', 'set', cable, 'nomaster')
  await pause(ms)
  await ip('link', 'set', cable, 'master', bridge)
}

describe.runIf(process.getuid?.() === 0)('the ear of a move', () => {
  beforeAll(openGuest)
  afterAll(async () => {
    await ip('netns', 'delete', namespace)
    await ip('link', 'delete', bridge)
  })

  it('measures how long a guest was cut off, by the address of its MAC, and ends its program', async () => {
    using hearing = listen()
    hearing.begin()
    while ((await pings()).length === 0) await pause(10)
    await pause(300)
    expect(await pings()).toEqual([expect.stringContaining(`-6 -n -D -i 0.01 -c 12000 ${linkLocalOf(mac)}%${bridge}`)])
    const stoppedAtMs = Date.now()
    await cutFor(400)
    const heard = await hearing.afterTaken(stoppedAtMs)
    expect(heard).toMatchObject({ kind: 'measured', everyMs: 10 })
    const silentMs = 'silentMs' in heard ? heard.silentMs : 0
    expect(silentMs).toBeGreaterThanOrEqual(400)
    expect(silentMs).toBeLessThan(Date.now() - stoppedAtMs)
    await expect.poll(pings).toEqual([])
  })

  it('asks the IPv4 address that the bridge can reach', async () => {
    await ip('addr', 'add', '10.255.253.1/30', 'dev', bridge)
    await ip('-n', namespace, 'addr', 'add', '10.255.253.2/30', 'dev', 'eth0')
    using hearing = listen([{ mac, ip: '10.255.253.2', source: 'guest-agent' }])
    hearing.begin()
    while ((await pings()).length === 0) await pause(10)
    await pause(200)
    expect(await pings()).toEqual([expect.stringMatching(/^ping -4 .* -I \S+ 10\.255\.253\.2$/)])
    expect(await hearing.afterTaken(Date.now())).toMatchObject({ kind: 'measured' })
  })

  it('goes on asking when the kernel has called the guest unreachable', async () => {
    await ip('link', 'set', cable, 'nomaster')
    await ip('-6', 'neigh', 'flush', 'dev', bridge)
    using hearing = listen()
    hearing.begin()
    // It is that when three requests for its MAC, a second apart, went unanswered, and until the next echo is asked for.
    await pause(4_000)
    await ip('link', 'set', cable, 'master', bridge)
    await pause(1_500)
    expect(await hearing.afterTaken(Date.now())).toMatchObject({ kind: 'measured' })
  })

  it('says that it heard nothing, and ends its program with the agent', async () => {
    const agent = new AbortController()
    using gone = listen([], agent.signal)
    gone.begin()
    await cutFor(300)
    while ((await pings()).length === 0) await pause(10)
    const told = gone.afterTaken(Date.now() - 100_000)
    agent.abort()
    expect(await told).toEqual({ kind: 'unheard', reason: 'The agent of its old host was ended meanwhile.' })
    await expect.poll(pings).toEqual([])
  })

  it('waits for nothing where the program is not there, or the bridge', async () => {
    const without = { ...linuxHypervisor }
    without.runTool = (options) =>
      linuxHypervisor.runTool(options.file === 'ping' ? { ...options, file: 'no-ping-here' } : options)
    {
      using _ = useHypervisor(without)
      using hearing = listen()
      hearing.begin()
      expect(await hearing.afterTaken(Date.now())).toMatchObject({ reason: expect.stringContaining('has no ping') })
    }
    using lost = new GuestHearing({
      ...{ vmId: vmIdSchema.parse(newUuid()), addresses: [], logger: pino({ level: 'silent' }) },
      nics: nics.map((nic) => ({ ...nic, network: { ...nic.network, bridge: 'nobr0' } })),
      signal: new AbortController().signal,
    })
    lost.begin()
    expect(await lost.afterTaken(Date.now())).toMatchObject({
      reason: expect.stringMatching(/^It could not be pinged: .*nobr0/),
    })
  })
})
