/**
 * An independent look at a host: what runs, what lies on disk, which links exist, what the rows say, and whether these
 * agree. It shares no code with the product, so that a mistake there cannot hide itself here.
 */
import { execFile } from 'node:child_process'
import { readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { findProcesses, listeningPorts, type HostProcess } from './host-processes.ts'
import { queryRows } from './panel-rows.ts'

const run = promisify(execFile)

export interface QemuProcess extends HostProcess {
  vmId: string
}

const machineRow = z.object({
  id: z.string(),
  lifecycle: z.string(),
  is_deleted: z.boolean(),
  state: z.string().nullable(),
  pid: z.number().nullable(),
  nics: z.array(z.object({ nicId: z.string(), network: z.object({ networkId: z.string() }) })),
})
type MachineRow = z.infer<typeof machineRow>

const machinesSql = `
  SELECT vm.id, vm.lifecycle, vm.deleted_at IS NOT NULL AS is_deleted, seen.state,
         (seen.observed->'run'->>'pid')::int AS pid, vm.spec->'nics' AS nics
  FROM vm LEFT JOIN vm_observed seen ON seen.vm_id = vm.id`

const volumeRow = z.object({ id: z.string(), vm_id: z.string().nullable(), state: z.string(), format: z.string() })
const operationRow = z.object({ id: z.string(), title: z.string(), status: z.string() })

export class HostChecker {
  readonly #dataDir: string
  readonly #runDir: string
  readonly #hostDir: string
  readonly #poolDir: string

  constructor({ dataDir, runDir }: { dataDir: string; runDir: string }) {
    this.#dataDir = dataDir
    this.#runDir = join(runDir, 'host-1')
    this.#hostDir = join(dataDir, 'hosts/host-1')
    this.#poolDir = join(this.#hostDir, 'pools/default')
  }

  async qemuProcesses(): Promise<QemuProcess[]> {
    const ours = await findProcesses(`${this.#hostDir}/`)
    return ours.flatMap((one) => {
      const vmId = one.argv[one.argv.indexOf('-uuid') + 1]
      return one.argv[0]?.includes('qemu-system') === true && vmId !== undefined ? [{ ...one, vmId }] : []
    })
  }

  async qemuOf(vmId: string): Promise<QemuProcess | undefined> {
    return (await this.qemuProcesses()).find((qemu) => qemu.vmId === vmId)
  }

  /** Everything that disagrees, in words; empty when the host, the disk and the panel's rows tell one story. */
  async problems(): Promise<string[]> {
    const machines = await this.#rows(machineRow, machinesSql)
    const living = machines.filter((machine) => !machine.is_deleted)
    return (
      await Promise.all([
        this.#processProblems(living),
        this.#folderProblems(new Set(living.map(({ id }) => id))),
        this.#volumeProblems(),
        this.#linkProblems(machines),
        this.#operationProblems(),
      ])
    ).flat()
  }

  /** All that is left of a deleted machine outside of the trash and the history of operations. */
  async tracesOf(vmId: string): Promise<string[]> {
    const [processes, machines, volumes, taps, names] = await Promise.all([
      findProcesses(vmId),
      this.#rows(machineRow, machinesSql),
      this.#rows(volumeRow, 'SELECT id, vm_id, state, format FROM volume'),
      linkNames(),
      this.#foldersOf(vmId),
    ])
    const row = machines.find(({ id }) => id === vmId)
    return [
      ...processes.map(({ pid, argv }) => `process ${pid} ${argv[0] ?? ''}`),
      ...(row && !row.is_deleted ? [`row of vm, ${row.lifecycle}`] : []),
      ...(row === undefined || row.state === null ? [] : ['row of vm_observed']),
      ...volumes.filter(({ vm_id }) => vm_id === vmId).map(({ id }) => `row of volume ${id}`),
      ...(row?.nics ?? []).map(({ nicId }) => tapOf(nicId)).filter((tap) => taps.has(tap)),
      ...names,
    ]
  }

  async networkIds(): Promise<string[]> {
    return (await this.#rows(z.object({ id: z.string() }), 'SELECT id FROM network')).map(({ id }) => id)
  }

  /** Takes down bridge, DHCP server and rules of these networks, as far as they exist. */
  async removeNetworks(networkIds: readonly string[]): Promise<void> {
    const dhcp = await findProcesses(`${this.#hostDir}/`)
    for (const { pid, argv } of dhcp) if (argv[0]?.endsWith('dnsmasq') === true) process.kill(pid)
    const names = await linkNames()
    for (const id of networkIds) {
      const tail = tailOf(id)
      if (!names.has(`bth${tail}`)) continue
      await run('ip', ['link', 'delete', `bth${tail}`])
      const { stdout: tables } = await run('nft', ['list', 'tables'])
      for (const family of ['inet', 'bridge'].filter((one) => tables.includes(`table ${one} berth_${tail}`))) {
        await run('nft', ['delete', 'table', family, `berth_${tail}`])
      }
    }
    await rm(this.#runDir, { recursive: true, force: true })
  }

  async #processProblems(living: readonly MachineRow[]): Promise<string[]> {
    const qemus = await this.qemuProcesses()
    const orphans = qemus
      .filter(({ vmId }) => !living.some(({ id }) => id === vmId))
      .map(({ pid, vmId }) => `QEMU ${pid} runs for ${vmId}, which is no machine`)
    const wrong = living.flatMap(({ id, state, pid }) => {
      const own = qemus.filter(({ vmId }) => vmId === id)
      if (own.length > 1) return [`${own.length} QEMUs run for ${id}`]
      const isOn = state === 'running' || state === 'paused'
      if (isOn && own.length === 0) return [`${id} is said to be ${state}, and no QEMU runs for it`]
      if (isOn && own[0]?.pid !== pid) return [`${id} is said to be process ${pid}, and is ${own[0]?.pid}`]
      if (!isOn && own.length === 1) return [`${id} is said to be ${state}, and QEMU ${own[0]?.pid} runs for it`]
      return []
    })
    const ports = await Promise.all(
      qemus.map(async ({ pid }) => (await listeningPorts(pid)).map((port) => `QEMU ${pid} listens on port ${port}`)),
    )
    return [...orphans, ...wrong, ...ports.flat()]
  }

  async #folderProblems(living: ReadonlySet<string>): Promise<string[]> {
    const folders = { vms: join(this.#hostDir, 'vms'), volumes: join(this.#poolDir, 'volumes') }
    const strays = await Promise.all(
      Object.values(folders).map(async (dir) =>
        (await listed(dir)).filter((name) => !living.has(name)).map((name) => `${dir}/${name} belongs to no machine`),
      ),
    )
    const runDirs = await Promise.all(
      (await listed(this.#runDir)).map(async (name) => {
        const vmId = await readFile(join(this.#runDir, name, 'vm-id'), 'utf8').catch(() => 'nobody')
        return living.has(vmId) ? [] : [`run directory ${name} belongs to ${vmId}, which is no machine`]
      }),
    )
    return [...strays, ...runDirs].flat()
  }

  async #volumeProblems(): Promise<string[]> {
    const rows = await this.#rows(volumeRow, 'SELECT id, vm_id, state, format FROM volume')
    const known = new Set(rows.map(({ id, vm_id, format }) => `${vm_id ?? ''}/${id}.${format}`))
    const files = (await readdir(join(this.#poolDir, 'volumes'), { recursive: true })).filter((name) =>
      name.includes('/'),
    )
    const seedless = files.filter((name) => /\.(qcow2|raw)$/.test(name))
    return [
      ...seedless.filter((name) => !known.has(name)).map((name) => `file ${name} has no row`),
      ...[...known].filter((name) => !files.includes(name)).map((name) => `row ${name} has no file`),
    ]
  }

  /** A tap stays with a machine that is on, and with no other. */
  async #linkProblems(machines: readonly MachineRow[]): Promise<string[]> {
    const names = await linkNames()
    return machines.flatMap(({ id, state, nics }) =>
      state === 'running' || state === 'paused'
        ? []
        : nics.map(({ nicId }) => tapOf(nicId)).flatMap((tap) => (names.has(tap) ? [`${tap} stays of ${id}`] : [])),
    )
  }

  async #operationProblems(): Promise<string[]> {
    const sql = `SELECT id, title, status FROM operation WHERE ended_at IS NULL`
    const rows = await this.#rows(operationRow, sql)
    return rows.map(({ title, status }) => `"${title}" is ${status}`)
  }

  async #foldersOf(vmId: string): Promise<string[]> {
    const dirs = [join(this.#hostDir, 'vms'), join(this.#poolDir, 'volumes'), join(this.#poolDir, 'incoming')]
    const found = await Promise.all(
      dirs.map(async (dir) =>
        (await listed(dir)).filter((name) => name.includes(vmId)).map((name) => `${dir}/${name}`),
      ),
    )
    const runDirs = await Promise.all(
      (await listed(this.#runDir)).map(async (name) =>
        (await readFile(join(this.#runDir, name, 'vm-id'), 'utf8').catch(() => '')) === vmId ? [`run/${name}`] : [],
      ),
    )
    return [...found, ...runDirs].flat()
  }

  async #rows<T extends z.ZodType>(row: T, sql: string): Promise<z.infer<T>[]> {
    return queryRows(this.#dataDir, row, [sql, []])
  }
}

const tailOf = (id: string): string => id.replaceAll('-', '').slice(-10)
const tapOf = (nicId: string): string => `btap${tailOf(nicId)}`

async function linkNames(): Promise<Set<string>> {
  return new Set(await listed('/sys/class/net'))
}

async function listed(dir: string): Promise<string[]> {
  return readdir(dir).catch(() => [])
}
