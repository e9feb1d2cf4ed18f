/**
 * A libvirtd of the benchmark's own: the daemon of an unprivileged user ("session"), whose state, sockets and log lie in
 * the benchmark's folder. The system's libvirt, if there is one, is not touched. This flatters libvirt: a session does no
 * cgroups, no firewall and no change of owner.
 */
import { execFile } from 'node:child_process'
import { chown, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startProgram, until, type StartedProgram } from '../measure/started-program.ts'

const run = promisify(execFile)
/** nobody: owns nothing else, and root's libvirtd would be the system's. */
const uid = 65_534

export interface PrivateLibvirt extends AsyncDisposable {
  readonly dir: string
  /** Runs virsh; throws its words. */
  virsh(...args: string[]): Promise<string>
  daemon(): StartedProgram
  /** Starts the daemon, also after it was killed; resolves when it answers. */
  start(): Promise<void>
  /** The exporter of Prometheus before this daemon; resolves when it answers. */
  startExporter(port: number): Promise<StartedProgram>
  /** Takes a file or folder over for the daemon's user. */
  own(path: string): Promise<void>
}

const isRoot = process.getuid?.() === 0

export async function openPrivateLibvirt(parent: string): Promise<PrivateLibvirt> {
  const dir = join(parent, 'virt')
  const folders = ['', 'run', 'config', 'cache', 'data'].map((name) => join(dir, name))
  const own = async (path: string): Promise<void> => (isRoot ? chown(path, uid, uid) : undefined)
  for (const folder of folders) {
    await mkdir(folder, { mode: 0o700 })
    await own(folder)
  }
  const env = {
    HOME: dir,
    XDG_RUNTIME_DIR: join(dir, 'run'),
    XDG_CONFIG_HOME: join(dir, 'config'),
    XDG_CACHE_HOME: join(dir, 'cache'),
    XDG_DATA_HOME: join(dir, 'data'),
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  }
  const asUser = (...argv: string[]): string[] =>
    isRoot ? ['/usr/bin/setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', ...argv] : argv
  const logPath = join(parent, 'libvirt.log')
  const virsh = async (...args: string[]): Promise<string> => {
    const [file = '', ...rest] = asUser('/usr/bin/virsh', '-c', 'qemu:///session', ...args)
    return (await run(file, rest, { env })).stdout.trim()
  }
  const running: { daemon: StartedProgram | undefined } = { daemon: undefined }
  const start = async (): Promise<void> => {
    const argv = asUser('/usr/sbin/libvirtd', '--timeout', '0')
    running.daemon = await startProgram({ argv, env, logPath })
    await until('libvirtd answers', () => virsh('list').catch(() => undefined), { everyMs: 20 })
  }
  await start()
  return {
    ...{ dir, virsh, start, own },
    daemon() {
      if (running.daemon === undefined) throw new Error('libvirtd does not run')
      return running.daemon
    },
    async startExporter(port) {
      const argv = asUser(
        '/usr/bin/prometheus-libvirt-exporter',
        '--libvirt.uri=qemu:///session',
        `--web.listen-address=127.0.0.1:${port}`,
      )
      const program = await startProgram({ argv, env, logPath })
      await until('the exporter answers', () => scrape(port).catch(() => undefined))
      return program
    },
    async [Symbol.asyncDispose]() {
      const names = (await virsh('list', '--name').catch(() => '')).split('\n').filter(Boolean)
      for (const name of names) await virsh('destroy', name)
      await running.daemon?.end()
    },
  }
}

/** The text of one scrape. */
export async function scrape(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`)
  if (!response.ok) throw new Error(`the exporter answered ${response.status}`)
  return response.text()
}
