/**
 * The machines' records and folders on disk: `<dataDir>/vms/<vmId>/` with vm.json, seed.iso, nvram.fd,
 * last-screen.json, logs/.
 *
 * Owner of its state: the files. Invariants: vm.json is whole or absent; a record that cannot be read is left where it
 * is and named, never overwritten and never taken for "no machine".
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { toAppError } from '@berth/core/errors/app-error'
import { vmIdSchema, type VmId } from '@berth/core/ids/ids'
import { fileExists } from '../storage/image-store.ts'
import { readFileIfAny, syncDirectory, writeFileDurably } from '../storage/durable-files.ts'
import { vmRecordSchema, type VmRecord } from './vm-record.ts'

export interface VmFolder {
  readonly root: string
  readonly record: string
  readonly seedDisc: string
  readonly nvram: string
  readonly lastScreen: string
  readonly logs: string
}

export interface LoadedRecords {
  readonly records: readonly VmRecord[]
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[]
}

export class VmStore {
  readonly #root: string

  constructor(dataDir: string) {
    this.#root = join(dataDir, 'vms')
  }

  folder(vmId: VmId): VmFolder {
    const root = join(this.#root, vmId)
    return {
      root,
      record: join(root, 'vm.json'),
      seedDisc: join(root, 'seed.iso'),
      nvram: join(root, 'nvram.fd'),
      lastScreen: join(root, 'last-screen.json'),
      logs: join(root, 'logs'),
    }
  }

  /** Makes the folder. Passable (0711), because QEMU's unprivileged user opens its seed disc and variables in it. */
  async prepareFolder(vmId: VmId): Promise<VmFolder> {
    const folder = this.folder(vmId)
    await mkdir(this.#root, { recursive: true, mode: 0o711 })
    await mkdir(folder.root, { recursive: true, mode: 0o711 })
    await mkdir(folder.logs, { recursive: true, mode: 0o700 })
    return folder
  }

  /** Resolves when it is on disk. */
  async save(record: VmRecord): Promise<void> {
    await writeFileDurably(this.folder(record.vmId).record, `${JSON.stringify(record, null, 1)}\n`, 0o600)
  }

  /** As it is on disk now. Throws ENOENT, ZodError. */
  async load(vmId: VmId): Promise<VmRecord> {
    return vmRecordSchema.parse(JSON.parse(await readFile(this.folder(vmId).record, 'utf8')))
  }

  async has(vmId: VmId): Promise<boolean> {
    return fileExists(this.folder(vmId).record)
  }

  /** Idempotent. The record goes last, so that a half-removed machine is found again. */
  async remove(vmId: VmId): Promise<void> {
    const { root, seedDisc, nvram, lastScreen, logs } = this.folder(vmId)
    for (const path of [seedDisc, nvram, lastScreen, logs]) await rm(path, { recursive: true, force: true })
    await rm(root, { recursive: true, force: true })
    await syncDirectory(this.#root)
  }

  /** Machines of which there is a folder and nothing that says what they are. A record that cannot be read is there. */
  async foldersWithoutRecord(): Promise<VmId[]> {
    const ids = (await readdir(this.#root)).map((name) => vmIdSchema.safeParse(name))
    const found: VmId[] = []
    for (const { data: vmId } of ids) {
      if (vmId !== undefined && !(await fileExists(this.folder(vmId).record))) found.push(vmId)
    }
    return found
  }

  async loadAll(): Promise<LoadedRecords> {
    await mkdir(this.#root, { recursive: true, mode: 0o711 })
    const records: VmRecord[] = []
    const unreadable: { path: string; reason: string }[] = []
    for (const name of await readdir(this.#root)) {
      const vmId = vmIdSchema.safeParse(name)
      if (!vmId.success) continue
      const path = this.folder(vmId.data).record
      try {
        const text = await readFileIfAny(path)
        // A folder without a record: a define that was killed before it was through, see sweep-machines.ts.
        if (text !== undefined) records.push(vmRecordSchema.parse(JSON.parse(text)))
      } catch (error) {
        unreadable.push({ path, reason: toAppError(error).message })
      }
    }
    return { records, unreadable }
  }
}
