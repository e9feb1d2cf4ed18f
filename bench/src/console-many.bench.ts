/**
 * console-many: 100 open consoles that get 10 messages a second each: memory of a session, and CPU of a message.
 *
 * Memory comes first, in processes that never closed a session, so that nothing they kept of one can hide the next: 20
 * sessions are open and get as many messages as 120 would, then 100 more are opened and share that rate. Compiled code and
 * the garbage of so many messages are in both, and the growth is the sessions'.
 *
 * CPU of a message is what the same open sessions use more while they talk than while they are silent, on both sides: panel
 * and agent sample the host and keep their stream of events all the while, which `sample` measures, and websockify's
 * processes look each second whether they should end.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { openConsoleWorld, openViewers, type ConsoleSide } from './console/console-world.ts'
import { BenchReport } from './measure/bench-report.ts'
import { benchEnv } from './measure/env.ts'
import { cpuMsOf, pssBytesOf, sum } from './measure/process-cost.ts'
import { runRounds } from './measure/rounds.ts'
import { median } from './measure/spread.ts'
import { until } from './measure/started-program.ts'

const sessions = 100
const sessionsBefore = 20
const ticketsBefore = 160
const everyMs = 100
const messages = 40
const talk = { count: messages, askedBytes: 32, answeredBytes: 2_048, everyMs }
const share = (sessions + sessionsBefore) / sessionsBefore
/** Of few sessions, as many messages a second as of all. */
const denseTalk = { ...talk, count: messages * share, everyMs: everyMs / share }

const report = new BenchReport('console-many')
// At most 32 viewers may look at one machine.
await using world = await openConsoleWorld(4)
const { browsers } = world
const sides = { ours: world.ours, peer: world.peer }
const idleProcesses = { ours: world.ours.pids().length, peer: world.peer.pids().length }

/** Memory of a side while its viewers talk: the middle of several looks, for heaps breathe. */
async function memoryWhileTalking(side: ConsoleSide, how: typeof talk): Promise<number> {
  const isOver = { yet: false }
  const talking = browsers.run({ kind: 'ping', group: side.name, ...how }).finally(() => (isOver.yet = true))
  const looks: number[] = []
  while (!isOver.yet) {
    looks.push(sum(side.pids().map(pssBytesOf)))
    await delay(everyMs * 4)
  }
  await talking
  // The first looks are from before most had spoken.
  return median(looks.slice(Math.floor(looks.length / 2)))
}

async function kBPerSession(name: keyof typeof sides): Promise<number> {
  const side = sides[name]
  const group = side.name
  await askForTickets(side)
  await openViewers(browsers, side, { group, count: sessionsBefore })
  const before = await memoryWhileTalking(side, denseTalk)
  await openViewers(browsers, side, { group, count: sessions })
  const after = await memoryWhileTalking(side, talk)
  await closeAll(name)
  return Math.max(0, after - before) / 1000 / sessions
}

/** Unused: the heap of a panel that has hardly been asked anything yet grows with its first requests, not with sessions. */
async function askForTickets(side: ConsoleSide): Promise<void> {
  for (let asked = 0; asked < ticketsBefore; asked += sessionsBefore) {
    await Promise.all(Array.from({ length: sessionsBefore }, () => side.target()))
  }
}

/** A server that forks for each viewer keeps the forks for a moment; the next measurement must not count them. */
async function closeAll(name: keyof typeof sides): Promise<void> {
  await browsers.run({ kind: 'close', group: sides[name].name })
  await until(
    `${name}: the viewers' processes end`,
    () => sides[name].pids().length <= idleProcesses[name] || undefined,
  )
}

async function cpuMicrosPerMessage(name: keyof typeof sides): Promise<number> {
  const side = sides[name]
  const group = side.name
  await openViewers(browsers, side, { group, count: sessions })
  const idle = await costOf(side, () => delay(messages * everyMs))
  const talking = await costOf(side, () => browsers.run({ kind: 'ping', group, ...talk }))
  await closeAll(name)
  const spentMs = talking.cpuMs - (idle.cpuMs * talking.ms) / idle.ms
  return (1000 * spentMs) / (sessions * messages)
}

async function costOf(side: ConsoleSide, work: () => Promise<unknown>): Promise<{ ms: number; cpuMs: number }> {
  const pids = side.pids()
  const [cpuBefore, began] = [sum(pids.map(cpuMsOf)), performance.now()]
  await work()
  return { ms: performance.now() - began, cpuMs: sum(pids.map(cpuMsOf)) - cpuBefore }
}

const memory = { ours: [await kBPerSession('ours')], peer: [await kBPerSession('peer')] }
report.keep('kBPerSession', memory)
report.compare({
  ...{ case: 'memory of a session, panel and agent', unit: 'kB', ...memory },
  ...{ hold: '≤ 0.05×', holds: (_ours, _peer, ratio) => ratio <= 0.05 },
})
const cpu = await runRounds(
  { ours: () => cpuMicrosPerMessage('ours'), peer: () => cpuMicrosPerMessage('peer') },
  { warmups: 1, rounds: benchEnv.rounds(4) },
)
report.keep('cpuMicrosPerMessage', cpu)
report.compare({
  ...{ case: 'CPU of a message, panel and agent', unit: 'µs', ours: cpu['ours'] ?? [], peer: cpu['peer'] ?? [] },
  ...{ hold: '≤ 0.4×', holds: (_ours, _peer, ratio) => ratio <= 0.4 },
})
await report.write()
