/** nftables of a network: each is replaced or deleted as a whole, in one transaction of the kernel's. */
import { hasErrorCode } from '@berth/core/errors/app-error'
import { runCommand } from '../exec/run-command.ts'

const timeoutMs = 10_000

export async function applyRules(script: string): Promise<void> {
  await runCommand({ file: 'nft', args: ['-f', '-'], input: script, timeoutMs })
}

/** False for a table that is not there. */
export async function deleteTable(family: 'inet' | 'bridge', table: string): Promise<boolean> {
  try {
    await runCommand({ file: 'nft', args: ['delete', 'table', family, table], timeoutMs })
    return true
  } catch (error) {
    // nft says "No such file or directory" for a table that is not there.
    const lines = hasErrorCode(error, 'COMMAND_FAILED') ? String(error.details.lastLines) : ''
    if (/No such file/.test(lines)) return false
    throw error
  }
}
