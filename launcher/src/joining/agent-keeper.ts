/**
 * The detached process that keeps a joined host's agent alive where no systemd does. Its one argument is the data folder;
 * SIGTERM ends it and the agent, machines run on. Killed, it leaves the agent running, and its successor finds it.
 */
import { identify } from '../system/living-process.ts'
import { joinedPaths, joinedService, readJoinedAgent } from './joined-agent.ts'
import { keepAlive } from '../keeping/keeper.ts'
import { writeWhole } from '../install/stamp.ts'

const paths = joinedPaths(process.argv[2] ?? '')
const service = joinedService(paths, await readJoinedAgent(paths))
const self = await identify(process.pid)
const abort = new AbortController()
for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => abort.abort())
process.on('SIGHUP', () => {
  // The terminal that `join` was typed in may close.
})
let lastWrite = Promise.resolve()
await keepAlive({
  service,
  signal: abort.signal,
  publish: (record) => {
    process.stdout.write(`${new Date().toISOString()} ${record.name} ${record.state} ${record.reason ?? ''}\n`)
    const text = JSON.stringify({ ...self, kept: [record] }, null, 2)
    // One after the other: of two writes at once the older could win.
    lastWrite = lastWrite.then(() => writeWhole(paths.base.supervisorRecord, text))
  },
})
await service.stop()
await lastWrite
