/** Kills exactly one process, at exactly one step of one operation. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { expect } from '@playwright/test'
import { z } from 'zod'
import { findProcesses, readProcess, type HostProcess } from './host-processes.ts'
import { connect, foreignDatabaseUrl, postmasterPid } from '../checker/panel-rows.ts'

export const victims = ['agent', 'panel', 'database'] as const
export type Victim = (typeof victims)[number]

const entries = { agent: 'apps/agent/src/main.ts', panel: 'apps/web/server/main.ts' } as const
const marks = { agent: 'agent-host-1', panel: 'panel' } as const

/** The living process of this Berth. A QEMU has its agent's environment too; the program's file tells them apart. */
export async function findVictim(dataDir: string, victim: Victim): Promise<HostProcess> {
  if (victim === 'database') {
    const postmaster = await readProcess(await postmasterPid(dataDir))
    if (!postmaster) throw new Error('the database does not run')
    return postmaster
  }
  const marked = await findProcesses(`BERTH_SUPERVISED=${dataDir}#${marks[victim]}`)
  const found = marked.find(({ argv }) => argv.some((arg) => arg.endsWith(entries[victim])))
  if (!found) throw new Error(`${victim} does not run`)
  return found
}

/** Of one host of several; undefined while none runs. */
export async function findAgent(dataDir: string, hostName: string): Promise<HostProcess | undefined> {
  const marked = await findProcesses(`BERTH_SUPERVISED=${dataDir}#agent-${hostName}`)
  return marked.find(({ argv }) => argv.some((arg) => arg.endsWith(entries.agent)))
}

/** Pid of what starts agent, panel and database again when they die. */
export async function findSupervisor(dataDir: string): Promise<number> {
  const text = await readFile(join(dataDir, 'run/supervisor.json'), 'utf8')
  return z.object({ pid: z.number() }).parse(JSON.parse(text)).pid
}

/** Waits until another process has taken the place of the killed one. */
export async function waitForSuccessor(dataDir: string, victim: Victim, killed: HostProcess): Promise<void> {
  const isReplaced = async (): Promise<boolean> => {
    const now = await findVictim(dataDir, victim).catch(() => killed)
    return now.pid !== killed.pid || now.startTime !== killed.startTime
  }
  await expect.poll(isReplaced, { message: `${victim} comes back`, timeout: 20_000, intervals: [50] }).toBe(true)
}

export interface Aim {
  kill(): Promise<void>
  /** Resolves once another process has taken the place of the killed one. */
  succeeded(): Promise<void>
}

/**
 * All that takes time is done before the kill. A database server that is not this Berth's own lives on: it cuts every
 * connection instead, as a server that restarts does.
 */
export async function takeAim(dataDir: string, victim: Victim): Promise<Aim> {
  if (victim === 'database' && (await foreignDatabaseUrl(dataDir)) !== null) return aimAtConnections(dataDir)
  const killed = await findVictim(dataDir, victim)
  return {
    kill: async () => void process.kill(killed.pid, 'SIGKILL'),
    succeeded: () => waitForSuccessor(dataDir, victim, killed),
  }
}

const cutSql = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`

async function aimAtConnections(dataDir: string): Promise<Aim> {
  const cutter = await connect(dataDir)
  return {
    kill: async () => {
      expect((await cutter.query(cutSql)).rowCount, 'connections that were cut').toBeGreaterThan(0)
    },
    succeeded: () => cutter.end(),
  }
}

export interface StepPoint {
  /** Of the machine. */
  targetName: string
  kind: string
  step: string
}

const stepBegunSql = `
  SELECT 1 FROM operation_event event JOIN operation ON operation.id = event.operation_id
  WHERE operation.target_name = $1 AND operation.kind = $2 AND event.step = $3 AND event.event LIKE 'do%'`

/**
 * Begins to watch before the operation is asked for; `reached` resolves within about a millisecond of the row that says
 * that the step has begun. Steps take some 20 ms, so nothing slower than a question after the other would do.
 */
export async function watchStep(dataDir: string, point: StepPoint): Promise<{ reached: Promise<void> }> {
  const rows = await connect(dataDir)
  const deadline = performance.now() + 30_000
  const look = async (): Promise<void> => {
    try {
      for (;;) {
        const { rowCount } = await rows.query(stepBegunSql, [point.targetName, point.kind, point.step])
        if (rowCount !== 0) return
        if (performance.now() > deadline)
          throw new Error(`${point.kind} of ${point.targetName} never began ${point.step}`)
        await breathe()
      }
    } finally {
      await rows.end()
    }
  }
  return { reached: look() }
}
