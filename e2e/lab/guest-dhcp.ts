/**
 * The guest network's DHCP server, in the switch: it stands on no host, so that a guest has the same address wherever it
 * runs. It tells no router: the guest network leads nowhere.
 */
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { links, type LabPlan } from './lab-plan.ts'
import { processesIn } from './namespaces.ts'
import { inNamespace, systemPath } from './network-programs.ts'

const startTimeoutMs = 5_000
const lookEveryMs = 10

export async function ensureGuestDhcp(plan: LabPlan, stateDir: string): Promise<void> {
  const running = await processesIn(plan.switchNamespace)
  if (running.some(({ argv }) => argv.includes(`--interface=${links.guestSwitch}`))) return
  const logPath = join(stateDir, 'dnsmasq.log')
  const log = openSync(logPath, 'a', 0o600)
  const [file = '', ...args] = inNamespace(plan.switchNamespace, ['dnsmasq', ...dhcpArgs(plan, stateDir)])
  const env = { PATH: systemPath, LC_ALL: 'C' }
  const child = spawn(file, args, { detached: true, stdio: ['ignore', log, log], env, cwd: '/' })
  closeSync(log)
  child.unref()
  const deadline = performance.now() + startTimeoutMs
  while (!(await listensForDhcp(child.pid))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      throw new Error(`The guest network's DHCP server did not start:\n${await readFile(logPath, 'utf8')}`)
    }
    await delay(lookEveryMs)
  }
}

function dhcpArgs({ guestPrefix }: LabPlan, stateDir: string): string[] {
  return [
    '--keep-in-foreground',
    '--conf-file=/dev/null',
    '--user=nobody',
    // DHCP alone: names are nobody's business here.
    '--port=0',
    `--interface=${links.guestSwitch}`,
    '--except-interface=lo',
    '--bind-interfaces',
    `--dhcp-range=${guestPrefix}.10,${guestPrefix}.250,255.255.255.0,12h`,
    '--dhcp-authoritative',
    '--dhcp-option=option:router',
    `--dhcp-leasefile=${join(stateDir, 'guest-leases')}`,
    '--log-facility=-',
    '--pid-file=',
  ]
}

/** Whether somebody in the process's own network has UDP port 67 (0x43). */
async function listensForDhcp(pid: number | undefined): Promise<boolean> {
  const table = await readFile(`/proc/${pid ?? 0}/net/udp`, 'utf8').catch(() => '')
  return /^ *\d+: [0-9A-F]{8}:0043 /m.test(table) && isDnsmasq(pid)
}

/** Between its start and ip's own exec the process is still in the root namespace, where another server may listen. */
const isDnsmasq = async (pid: number | undefined): Promise<boolean> =>
  (await readFile(`/proc/${pid ?? 0}/comm`, 'utf8').catch(() => '')).trim() === 'dnsmasq'
