import { randomInt } from 'node:crypto'
import { readFile, readdir, readlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { LauncherError, systemCodeOf } from '../terminal/launcher-error.ts'
import { loopback } from '../data/settings.ts'

export type PortCheck = 'free' | 'taken' | 'forbidden' | 'no-such-address'

/** Tries to listen, and stops at once. */
export async function checkPort(port: number, address: string): Promise<PortCheck> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error) => {
      const verdict = verdicts[systemCodeOf(error) ?? '']
      if (verdict) resolve(verdict)
      else reject(error)
    })
    server.listen({ port, host: address, exclusive: true }, () => {
      server.close(() => {
        resolve('free')
      })
    })
  })
}

const verdicts: Partial<Record<string, PortCheck>> = {
  EADDRINUSE: 'taken',
  EACCES: 'forbidden',
  EADDRNOTAVAIL: 'no-such-address',
  ENOTFOUND: 'no-such-address',
  EAI_AGAIN: 'no-such-address',
}

/** Throws LauncherError, one line, when the panel cannot listen there. */
export async function requirePort(port: number, address: string): Promise<void> {
  switch (await checkPort(port, address)) {
    case 'free':
      return
    case 'taken': {
      const holder = await holderOf(port)
      throw new LauncherError(
        `Port ${port} is taken${holder ? ` by ${holder}` : ''}. Choose another: ./berth up --port N`,
      )
    }
    case 'forbidden':
      throw new LauncherError(`Only root may listen on port ${port}. Choose one from 1024 up: ./berth up --port N`)
    case 'no-such-address':
      throw new LauncherError(`This computer has no address ${address} to listen on.`)
  }
}

/** A port of the loopback that is free now. */
export async function pickFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ port: 0, host: '127.0.0.1' }, () => {
      const address = server.address()
      server.close(() => {
        if (address && typeof address === 'object') resolve(address.port)
        else reject(new LauncherError('No free port on 127.0.0.1.'))
      })
    })
  })
}

/** Below the kernel's ephemeral range (32768 up), so that no outgoing connection sits on an agent's port while it is down. */
const agentPorts = { first: 7_410, last: 9_999 }

/**
 * A free port for an agent that is not among `taken`. The panel remembers it, so it is kept for as long as it stays free.
 * The search begins anywhere in the range: two launchers at once would else both find the same first one.
 */
export async function pickAgentPort(taken: readonly number[], address = loopback): Promise<number> {
  const count = agentPorts.last - agentPorts.first + 1
  const start = randomInt(count)
  for (let step = 0; step < count; step++) {
    const port = agentPorts.first + ((start + step) % count)
    if (!taken.includes(port) && (await checkPort(port, address)) === 'free') return port
  }
  throw new LauncherError(`No free port between ${agentPorts.first} and ${agentPorts.last} for an agent.`)
}

/** "nginx (pid 812)", or undefined where /proc does not tell (another user's process). */
async function holderOf(port: number): Promise<string | undefined> {
  const inodes = await listenersOf(port)
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid) || !(await holdsAny(pid, inodes))) continue
    const name = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim()
    // So calls itself every Node from 24 on.
    return `${name === 'MainThread' ? 'node' : name || 'a process'} (pid ${pid})`
  }
  return undefined
}

/** Whether exactly this process listens on the port. */
export async function listensOn(pid: number, port: number): Promise<boolean> {
  return holdsAny(String(pid), await listenersOf(port))
}

async function listenersOf(port: number): Promise<string[]> {
  const paths = ['/proc/net/tcp', '/proc/net/tcp6']
  const tables = await Promise.all(paths.map((path) => readFile(path, 'utf8').catch(() => '')))
  return tables.flatMap((table) => listeningInodes(table, port))
}

async function holdsAny(pid: string, inodes: readonly string[]): Promise<boolean> {
  const fds = await readdir(`/proc/${pid}/fd`).catch(() => [])
  for (const fd of fds) {
    const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')
    if (inodes.some((inode) => target === `socket:[${inode}]`)) return true
  }
  return false
}

/** Inodes of the sockets that listen on the port, from a table in the format of /proc/net/tcp. */
export function listeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return table.split('\n').flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
    return local?.endsWith(suffix) && state === '0A' && inode ? [inode] : []
  })
}
