/**
 * How the hosts of a lab reach what lies outside, where they may (docs/decisions/0014): by the root namespace, which
 * masquerades for them. Nobody outside reaches them. The guest network never leads out.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabPlan } from './lab-plan.ts'
import { ip, run, runUnlessDone } from './network-programs.ts'

const noTable = /No such file/
const noRoute = /No such process/

export async function openOutside(plan: LabPlan): Promise<void> {
  await writeFile('/proc/sys/net/ipv4/ip_forward', '1')
  await run(['nft', '-f', '-'], rulesOf(plan))
  const resolvers = await resolversForHosts()
  for (const { namespace } of plan.hosts) {
    await ip('-n', namespace, 'route', 'replace', 'default', 'via', plan.panelAddress)
    if (resolvers === undefined) continue
    await mkdir(join('/etc/netns', namespace), { recursive: true })
    await writeFile(join('/etc/netns', namespace, 'resolv.conf'), resolvers)
  }
}

export async function closeOutside({ outsideTable, hosts }: Pick<LabPlan, 'outsideTable' | 'hosts'>): Promise<void> {
  await runUnlessDone(['nft', 'delete', 'table', 'inet', outsideTable], noTable)
  for (const { namespace } of hosts) {
    await runUnlessDone(['ip', '-n', namespace, 'route', 'delete', 'default'], noRoute)
  }
}

function rulesOf({ outsideTable: table, managementPrefix, rootLink }: LabPlan): string {
  const subnet = `${managementPrefix}.0/24`
  return `table inet ${table}
delete table inet ${table}
table inet ${table} {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${subnet} ip daddr != ${subnet} masquerade
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    oifname "${rootLink}" ct state established,related accept
    oifname "${rootLink}" drop
  }
}
`
}

/**
 * What hosts need instead of this computer's own list of name servers: one that runs on its loopback, as systemd's does,
 * is not theirs. Undefined where the list serves them as it is.
 */
async function resolversForHosts(): Promise<string | undefined> {
  const own = await readFile('/etc/resolv.conf', 'utf8').catch(() => '')
  const servers = own.split('\n').filter((line) => line.startsWith('nameserver '))
  if (servers.some((line) => !/ (127\.|::1)/.test(line))) return undefined
  return readFile('/run/systemd/resolve/resolv.conf', 'utf8').catch(() => undefined)
}
