/**
 * Takes the history of a machine that has come: chunks of a part are gathered beside the machine's other files, and the part
 * is put before what was written here since when its last one is there.
 *
 * Owner of `arriving.<part>` in the machine's folder. Invariants: nothing is taken but under the move by which the machine
 * came last, from its source; a part that never ends leaves one bounded file, which the next try begins anew.
 */
import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { maxHistoryBytes, type MoveHistory } from '@berth/core/agent-contract/move-history'
import { AppError } from '@berth/core/errors/app-error'
import type { HostId, VmId } from '@berth/core/ids/ids'
import type { VmRegistry } from '../vm/vm-registry.ts'
import type { VmStore } from '../vm/vm-store.ts'
import type { Histories } from './histories.ts'
import { checkSource } from './move-token.ts'

export interface HistoryInOptions {
  machines: VmRegistry
  store: VmStore
  histories: Histories
}

export class HistoryIn {
  readonly #options: HistoryInOptions
  readonly #turns = new Map<VmId, Promise<void>>()

  constructor(options: HistoryInOptions) {
    this.#options = options
  }

  /** Throws OBJECT_NOT_FOUND, PERMISSION_DENIED, INPUT_INVALID. */
  async bring(asked: MoveHistory & { readonly peer: HostId }): Promise<void> {
    const { vmId } = asked
    const before = this.#turns.get(vmId) ?? Promise.resolve()
    // A request that was given up here may still be worked on.
    const turn = before.catch(() => undefined).then(() => this.#bring(asked))
    this.#turns.set(vmId, turn)
    try {
      await turn
    } finally {
      if (this.#turns.get(vmId) === turn) this.#turns.delete(vmId)
    }
  }

  async #bring(asked: MoveHistory & { readonly peer: HostId }): Promise<void> {
    const { vmId, moveId, part } = asked
    const taken = this.#options.machines.get(vmId)?.record.taken
    if (taken?.moveId !== moveId) throw new AppError('OBJECT_NOT_FOUND', 'That machine has not come here by that move.')
    checkSource(taken, asked)
    const file = join(this.#options.store.folder(vmId).root, `arriving.${part}`)
    await gather(file, asked)
    if (!asked.isLast) return
    const packed = await promisify(gunzip)(await readFile(file), { maxOutputLength: maxHistoryBytes })
    await rm(file)
    await this.#options.histories[part].merge(vmId, packed)
  }
}

async function gather(path: string, { offset, chunk }: MoveHistory): Promise<void> {
  await using file = await open(path, offset === 0 ? 'w' : 'r+', 0o600)
  const { size } = await file.stat()
  if (size !== offset) throw new AppError('INPUT_INVALID', `${size} bytes have come, and ${offset} are said to.`)
  await file.write(Buffer.from(chunk, 'base64'), 0, null, offset)
}
