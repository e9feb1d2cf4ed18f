/** A Berth of a test's own on three hosts of the lab, apart from the one that all tests share. */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Lab } from '../lab/lab.ts'
import { removeLab } from '../lab/lab-network.ts'
import { labIdOf } from '../lab/lab-plan.ts'
import { PanelClient } from './panel-client.ts'
import { runLauncher } from './run-launcher.ts'
import { freePort } from './unused-port.ts'

export interface LabBerth extends AsyncDisposable {
  readonly url: string
  readonly dataDir: string
  readonly email: string
  readonly password: string
  /** Of its API. */
  readonly token: string
  readonly panel: PanelClient
  readonly lab: Lab
  /** `./berth <verb>` for this one. */
  launch(...args: string[]): Promise<string>
}

/**
 * Up, with nothing that leads out of it. Disposed, it is gone with its machines, whatever became of its panel. `furnish` is
 * done before the first `up`; what it defers is undone when nothing runs any more.
 */
export async function openLabBerth(
  hostCount = 3,
  furnish?: (dataDir: string, undo: AsyncDisposableStack) => Promise<void>,
): Promise<LabBerth> {
  const dataDir = await mkdtemp(join(tmpdir(), 'berth-e2e-lab-'))
  await chmod(dataDir, 0o711)
  const launch = ([verb = '', ...args]: string[]): Promise<string> => runLauncher([verb, '--data', dataDir, ...args])
  await using undo = new AsyncDisposableStack()
  undo.defer(() => rm(dataDir, { recursive: true, force: true }))
  await furnish?.(dataDir, undo)
  undo.defer(async () => void (await removeLab(labIdOf(dataDir), { keepsBusy: false })))
  undo.defer(async () => void (await launch(['down'])))
  const port = await freePort()
  await launch(['up', '--hosts', String(hostCount), '--closed', '--port', String(port)])
  const made = await runLauncher(['token', 'create', '--data', dataDir, '--name', 'e2e', '--expires', '12h'])
  const token = made.trim()
  const admin = await readFile(join(dataDir, 'initial-admin'), 'utf8')
  const field = (name: string): string => new RegExp(`^${name}: (.+)$`, 'm').exec(admin)?.[1] ?? ''
  const url = `http://127.0.0.1:${port}`
  const lab = undo.use(await Lab.of(dataDir))
  const kept = undo.move()
  return {
    ...{ url, dataDir, token, lab },
    email: field('email'),
    password: field('password'),
    panel: new PanelClient(url, { authorization: `Bearer ${token}` }),
    launch: (...args) => launch(args),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
