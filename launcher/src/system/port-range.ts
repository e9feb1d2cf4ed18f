import { randomInt } from 'node:crypto'
import { LauncherError } from '../terminal/launcher-error.ts'
import { loopback } from '../data/settings.ts'
import { checkPort } from './tcp-ports.ts'

/** Below the kernel's ephemeral range, and apart from where real agents listen. */
const range = { first: 12_000, last: 32_000 }
const attempts = 50

/** The first of so many ports in a row that are free now. */
export async function pickPortRange(count: number): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const first = randomInt(range.first, range.last - count)
    if (await areFree(first, count)) return first
  }
  throw new LauncherError(`There are no ${count} free ports in a row on ${loopback}.`)
}

async function areFree(first: number, count: number): Promise<boolean> {
  for (let port = first; port < first + count; port++) if ((await checkPort(port, loopback)) !== 'free') return false
  return true
}
