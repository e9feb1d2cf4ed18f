/**
 * An independent look at a whole Berth, however many hosts it has: what runs, what lies on their disks, which links exist,
 * what the rows and the panel say, and whether these agree. It shares no code with the product (an import rule holds that),
 * so that a mistake there cannot hide itself here.
 *
 * Where each invariant is judged: I1 and I2 while a case runs in run-sampler.ts; I3 to I5 in process-, file- and
 * link-violations.ts and canary.ts; I6 in convergence.ts; I7 and I8 in operation-violations.ts; I10 in panel-picture.ts;
 * I11 in secret-violations.ts; I12 in kept-state.ts.
 */
import { findProcesses } from '../faults/host-processes.ts'
import {
  findQemus,
  hostsOf,
  isIn,
  listed,
  ownerOfRunDir,
  poolsOf,
  type BerthDirs,
  type QemuProcess,
} from './berth-layout.ts'
import { canaryViolations, plantCanary, type Canary } from './canary.ts'
import { converge, type Convergence } from './convergence.ts'
import { folderViolations, runDirViolations, volumeViolations } from './file-violations.ts'
import { keptViolations, readKeptState, type KeptState } from './kept-state.ts'
import { cgroupViolations, linksOf, linkViolations, tapOf } from './link-violations.ts'
import { readMachines, readVolumes } from './machine-rows.ts'
import { auditViolations, operationViolations } from './operation-violations.ts'
import { pictureViolations, type PanelDoor } from './panel-picture.ts'
import { helperViolations, portViolations, processViolations } from './process-violations.ts'
import { RunSampler } from './run-sampler.ts'
import { secretViolations, type Secrets } from './secret-violations.ts'
import { inWords, type Violation } from './violation.ts'

export class BerthChecker {
  readonly #dirs: BerthDirs

  constructor({ dataDir, runDir }: BerthDirs) {
    this.#dirs = { dataDir, runDir }
  }

  async qemuProcesses(): Promise<QemuProcess[]> {
    return findQemus(this.#dirs)
  }

  /** The machine's QEMU on whichever host; of several the first. */
  async qemuOf(vmId: string): Promise<QemuProcess | undefined> {
    return (await this.qemuProcesses()).find((qemu) => qemu.vmId === vmId)
  }

  /** Watches until it is disposed: I1 and I2. */
  sample(): RunSampler {
    return new RunSampler({ mark: `${this.#dirs.runDir}/` })
  }

  /** Everything that disagrees between hosts, disks and rows; empty when they tell one story. Does not ask the panel. */
  async violations(): Promise<Violation[]> {
    const { dataDir, runDir } = this.#dirs
    const [hosts, pools, qemus, machines, volumes] = await Promise.all([
      hostsOf(this.#dirs),
      poolsOf(this.#dirs),
      this.qemuProcesses(),
      readMachines(dataDir),
      readVolumes(dataDir),
    ])
    const living = machines.filter((machine) => !machine.is_deleted)
    const found = await Promise.all([
      portViolations(qemus),
      helperViolations([`${dataDir}/hosts/`, `${runDir}/`], qemus),
      ...hosts.map((host) => folderViolations(host, living)),
      ...hosts.map((host) => runDirViolations(host, living, qemus)),
      volumeViolations(pools, volumes),
      linkViolations(hosts, machines, qemus),
      cgroupViolations(qemus),
      operationViolations(dataDir),
    ])
    return [...processViolations(living, qemus), ...found.flat()]
  }

  /** The same in words, for tests that compare and filter. */
  async problems(): Promise<string[]> {
    return (await this.violations()).map(inWords)
  }

  /** I8. */
  async auditProblems(): Promise<string[]> {
    return (await auditViolations(this.#dirs.dataDir)).map(inWords)
  }

  /** I10, by what the panel at this door tells. */
  async pictureProblems(door: PanelDoor): Promise<string[]> {
    return (await pictureViolations(this.#dirs.dataDir, door)).map(inWords)
  }

  /** I6: all of the above, until it is well or the time is over. */
  async converge(withinMs: number, door?: PanelDoor): Promise<Convergence> {
    const { dataDir } = this.#dirs
    const look = async (): Promise<Violation[]> => {
      const own = await this.violations()
      return own.length > 0 || door === undefined ? own : pictureViolations(dataDir, door)
    }
    return converge(look, { withinMs })
  }

  /** I11. */
  async secretProblems(secrets: Secrets): Promise<string[]> {
    return (await secretViolations(this.#dirs, secrets)).map(inWords)
  }

  /** I12: remember before, compare after. */
  async keptState(): Promise<KeptState> {
    return readKeptState(this.#dirs.dataDir)
  }

  async lossesSince(before: KeptState): Promise<string[]> {
    return (await keptViolations(this.#dirs.dataDir, before)).map(inWords)
  }

  /** I3: marks the machine's first disk, which no QEMU may have open now. `offsetBytes`: far above what the guest writes. */
  async plantCanary(vmId: string, place: Pick<Canary, 'offsetBytes'> & { lengthBytes?: number }): Promise<Canary> {
    const { path, format } = await this.diskOf(vmId)
    return plantCanary({ path, format, ...place }, vmId)
  }

  /** Where the canary's disk lies by now: a machine may have moved. */
  async canaryProblems(vmId: string, canary: Canary): Promise<string[]> {
    const { path } = await this.diskOf(vmId)
    return (await canaryViolations({ ...canary, path })).map(inWords)
  }

  async diskOf(vmId: string): Promise<{ path: string; format: 'qcow2' | 'raw' }> {
    const [pools, volumes] = await Promise.all([poolsOf(this.#dirs), readVolumes(this.#dirs.dataDir)])
    const row = volumes.find(({ vm_id }) => vm_id === vmId)
    const pool = row && pools.find((one) => isIn(one, row))
    if (!row || !pool) throw new Error(`there is no disk of ${vmId}`)
    return { path: `${pool.dir}/volumes/${vmId}/${row.id}.${row.format}`, format: row.format }
  }

  /** All that is left of a deleted machine outside of the trash and the history of operations. */
  async tracesOf(vmId: string): Promise<string[]> {
    const [processes, machines, volumes, taps, names] = await Promise.all([
      findProcesses(vmId),
      readMachines(this.#dirs.dataDir),
      readVolumes(this.#dirs.dataDir),
      linksOf(process.pid),
      this.#namesOf(vmId),
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

  /** Files, folders and run directories on every host and in every pool. */
  async #namesOf(vmId: string): Promise<string[]> {
    const [hosts, pools] = await Promise.all([hostsOf(this.#dirs), poolsOf(this.#dirs)])
    const dirs = [
      ...hosts.flatMap(({ dataDir }) => [`${dataDir}/vms`, `${dataDir}/moves/incoming`]),
      ...pools.flatMap(({ dir }) => [`${dir}/volumes`, `${dir}/incoming`]),
    ]
    const found = dirs.map(async (dir) =>
      (await listed(dir)).filter((name) => name.includes(vmId)).map((name) => `${dir}/${name}`),
    )
    const runDirs = hosts.map(async (host) => {
      const names = await listed(host.runDir)
      const owners = await Promise.all(names.map((name) => ownerOfRunDir(`${host.runDir}/${name}`)))
      return names.filter((_, index) => owners[index] === vmId).map((name) => `run/${host.name}/${name}`)
    })
    return (await Promise.all([...found, ...runDirs])).flat()
  }
}
