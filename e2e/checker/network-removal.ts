/** Gives the tests' computer back as it was: the product keeps its bridges for the next start. */
import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { z } from 'zod'
import { findProcesses } from '../faults/host-processes.ts'
import type { BerthDirs } from './berth-layout.ts'
import { linksOf, tailOf } from './link-violations.ts'
import { queryRows } from './panel-rows.ts'

const run = promisify(execFile)

export async function networkIds({ dataDir }: BerthDirs): Promise<string[]> {
  const rows = await queryRows(dataDir, z.object({ id: z.string() }), ['SELECT id FROM network', []])
  return rows.map(({ id }) => id)
}

/** Takes down bridge, DHCP server and rules of these networks, as far as they exist. */
export async function removeNetworks({ dataDir, runDir }: BerthDirs, ids: readonly string[]): Promise<void> {
  for (const { pid, argv } of await findProcesses(`${dataDir}/hosts/`)) {
    if (argv[0]?.endsWith('dnsmasq') === true) process.kill(pid)
  }
  const names = await linksOf(process.pid)
  for (const tail of ids.map(tailOf)) {
    if (!names.has(`bth${tail}`)) continue
    await run('ip', ['link', 'delete', `bth${tail}`])
    const { stdout: tables } = await run('nft', ['list', 'tables'])
    for (const family of ['inet', 'bridge'].filter((one) => tables.includes(`table ${one} berth_${tail}`))) {
      await run('nft', ['delete', 'table', family, `berth_${tail}`])
    }
  }
  await rm(runDir, { recursive: true, force: true })
}
