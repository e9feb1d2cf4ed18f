/** Many hosts on one computer: `./berth up --hosts 3`, a guest on the network between them, and a host that is cut off. */
import { readdir } from 'node:fs/promises'
import { z } from 'zod'
import { findVictim } from './faults/kill-points.ts'
import { labIdOf, namespacePrefix } from './lab/lab-plan.ts'
import { expect, test } from './support/berth-test.ts'
import { openLabBerth } from './support/lab-berth.ts'
import { openLive } from './support/live-page.ts'
import { SerialViewer } from './support/serial-viewer.ts'
import { signIn } from './support/sign-in-page.ts'
import { TestMachines } from './support/test-machines.ts'

/** A promise of Berth: a host that is heard again is reconciled within it. */
const reconciledMs = 5_000

// Namespaces are root's.
if (process.getuid?.() === 0)
  test('three hosts of a lab: online, a guest between them, one host cut off and back', async ({ browser }) => {
    await using berth = await openLabBerth()
    const { lab, panel, dataDir, url } = berth
    const machines = new TestMachines(panel)
    const context = await browser.newContext({ baseURL: url })
    const page = await context.newPage()
    await signIn(page, { ...berth, runDir: '', token: '', database: null })
    await openLive(page, '/hosts')
    const hosts = page.getByRole('list', { name: 'Hosts' }).getByRole('listitem')
    await expect(hosts.filter({ hasText: 'Online' })).toHaveCount(3, { timeout: 30_000 })

    await panel.mutate(
      'network.create',
      { name: 'between', kind: 'bridge', bridge: 'lan0' },
      z.object({ networkId: z.string() }),
    )
    const vmId = await machines.create({ name: 'lab-1', networkKind: 'bridge' })
    const hostName = (await machines.get(vmId)).host?.name ?? ''
    const host = lab.host(hostName)
    expect(await host.qemus()).toHaveLength(1)
    {
      await using serial = await SerialViewer.open(panel, url, vmId)
      await serial.logIn()
      // Its connection was passed to an agent in another namespace: nothing of it goes through the panel.
      const { pid } = await findVictim(dataDir, 'panel')
      process.kill(pid, 'SIGSTOP')
      try {
        expect(await serial.run('echo $((40 + 2))')).toBe('42')
      } finally {
        process.kill(pid, 'SIGCONT')
      }
    }
    const address = await addressOf(machines, vmId)
    expect(address.startsWith(`${lab.plan.guestPrefix}.`)).toBe(true)

    const pings = lab.ping(address)
    await pings.answered(10_000)
    await host.cut('management')
    await openLive(page, `/machines/${vmId}`)
    await machines.stateIs(vmId, 'unknown', 30_000)
    await expect(page.getByText(/Unknown/).first()).toBeVisible()
    // What only the panel does not see goes on.
    const { received, longestGapMs } = await pings.stop()
    expect(received).toBeGreaterThan(100)
    expect(longestGapMs).toBeLessThan(5_000)
    expect((await machines.get(vmId)).lastKnownState).toBe('running')

    await host.heal('management')
    await machines.stateIs(vmId, 'running', reconciledMs)
    await expect(page.getByText(/Unknown/)).toHaveCount(0)

    // Its agent is another from now on, on the same machine.
    const killed = await host.killAgent()
    await expect.poll(async () => (await host.agent())?.pid ?? killed.pid, { timeout: 20_000 }).not.toBe(killed.pid)
    expect(await host.killQemus()).toBe(1)
    await machines.stateIs(vmId, 'crashed')
    await machines.deleteAll()

    await context.close()
    expect(
      z.object({ hosts: z.array(z.looseObject({ namespace: z.string() })) }).parse(await statusOf(berth)).hosts,
    ).toHaveLength(3)
    await berth.launch('down', '--vms')
    const left = (await readdir('/run/netns')).filter((name) => name.startsWith(namespacePrefix(labIdOf(dataDir))))
    expect(left).toEqual([])
  })

async function addressOf(machines: TestMachines, vmId: string): Promise<string> {
  const find = async (): Promise<string> =>
    (await machines.get(vmId)).addresses.find(({ ip }) => ip.includes('.') && !ip.startsWith('127.'))?.ip ?? ''
  await expect.poll(find, { message: 'the guest tells its address', timeout: 60_000 }).not.toBe('')
  return find()
}

const statusOf = async ({ launch }: { launch: (...args: string[]) => Promise<string> }): Promise<unknown> =>
  JSON.parse(await launch('status', '--json'))
