/**
 * sample: what it costs to know how the machines are, every 2 s. Ours is all of the agent's CPU while 100 idle machines
 * run and the panel listens: /proc, QMP, the history on disk, the events. The peer is the CPU of Prometheus' exporter and
 * of libvirtd behind it, scraped in the same rhythm. What QEMU itself burns to answer is told apart, for both.
 */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { openBerthWorld } from './berth/berth-world.ts'
import { BenchReport } from './measure/bench-report.ts'
import { benchEnv } from './measure/env.ts'
import { freeTcpPort } from './measure/free-tcp-port.ts'
import { cpuMsOf, sum } from './measure/process-cost.ts'
import { runRounds } from './measure/rounds.ts'
import { libvirtDomain } from './peers/libvirt-domain.ts'
import { openPrivateLibvirt, scrape } from './peers/private-libvirt.ts'

const run = promisify(execFile)
const machineCount = benchEnv.machines(100)
const domainCount = Math.ceil(machineCount / 2)
const everyMs = 2_000
const samplesPerRound = 10

const report = new BenchReport('sample')
await using berth = await openBerthWorld()
await using libvirt = await openPrivateLibvirt(berth.dir)
const vmIds = await berth.machines.createMany(machineCount, false)
const ownQemus = await Promise.all(vmIds.map((vmId) => berth.machines.pid(vmId)))
for (let i = 0; i < domainCount; i++) await createDomain(`bench-${i}`)
const domainQemus = qemusBelow(libvirt.dir)
const port = await freeTcpPort()
const exporter = await libvirt.startExporter(port)

interface Run {
  /** Of a machine and a sample. */
  cpuMs: number
  qemuCpuMs: number
}

async function createDomain(name: string): Promise<void> {
  const diskPath = join(libvirt.dir, `${name}.qcow2`)
  const xmlPath = join(libvirt.dir, `${name}.xml`)
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', diskPath, '64M'])
  await libvirt.own(diskPath)
  const domain = libvirtDomain({ name, diskPath, vncPath: join(libvirt.dir, `${name}.vnc`) })
  await writeFile(xmlPath, domain, { mode: 0o644 })
  await libvirt.virsh('create', xmlPath)
}

function qemusBelow(dir: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isQemuBelow(pid, dir))
}

function isQemuBelow(pid: number, dir: string): boolean {
  try {
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'latin1')
    return commandLine.startsWith('/usr/bin/qemu-system') && commandLine.includes(dir)
  } catch {
    // Ended between two looks.
    return false
  }
}

interface Watched {
  samplers: readonly number[]
  qemus: readonly number[]
  machines: number
}

async function costOf({ samplers, qemus, machines }: Watched, round: () => Promise<void>): Promise<Run> {
  const cpu = (pids: readonly number[]): number => sum(pids.map(cpuMsOf))
  const [before, qemusBefore] = [cpu(samplers), cpu(qemus)]
  await round()
  const each = machines * samplesPerRound
  return { cpuMs: (cpu(samplers) - before) / each, qemuCpuMs: (cpu(qemus) - qemusBefore) / each }
}

/** The agent samples by itself; it goes on while the peer is measured, and costs the peer nothing but noise. */
const ours = (): Promise<Run> =>
  costOf({ samplers: [berth.agentPid()], qemus: ownQemus, machines: machineCount }, () =>
    delay(samplesPerRound * everyMs),
  )

const peer = (): Promise<Run> =>
  costOf({ samplers: [exporter.pid, libvirt.daemon().pid], qemus: domainQemus, machines: domainCount }, async () => {
    const began = performance.now()
    for (let i = 1; i <= samplesPerRound; i++) {
      const text = await scrape(port)
      const seen = text.match(/^libvirt_domain_info_vstate\{|^libvirt_domain_state_code\{/gm)?.length ?? 0
      if (seen < domainCount) throw new Error(`the exporter told of ${seen} domains instead of ${domainCount}`)
      await delay(Math.max(0, began + i * everyMs - performance.now()))
    }
  })

const runs = await runRounds({ ours, peer }, { warmups: 1, rounds: benchEnv.rounds(3) })
report.keep('runs', runs)
report.keep('machines', { ours: machineCount, peer: domainCount, peerQemus: domainQemus.length })
const column = (side: 'ours' | 'peer', name: keyof Run): number[] => (runs[side] ?? []).map((each) => each[name])
const mostMs = 0.25
report.compare({
  ...{ case: `agent's CPU for a machine and sample, ${machineCount} machines`, unit: 'ms' },
  ...{ ours: column('ours', 'cpuMs'), peer: column('peer', 'cpuMs') },
  ...{ hold: '≤ 0.25× and ≤ 0.25 ms', holds: (own, _peer, ratio) => own <= mostMs && ratio <= 0.25 },
})
report.compare({
  ...{ case: "the QEMUs' own CPU in that time, idle guests included", unit: 'ms' },
  ...{ ours: column('ours', 'qemuCpuMs'), peer: column('peer', 'qemuCpuMs') },
  ...{ hold: 'told', holds: () => true },
})
await exporter.end()
await report.write()
