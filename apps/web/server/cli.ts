/**
 * The panel's command line: what the launcher and an administrator on this computer do without signing in. It works on
 * the database itself, so it needs the panel's environment, not the panel.
 */
import { toAppError, AppError } from '@berth/core/errors/app-error'
import { openCliPanel, type CliPanel } from '@berth/api/cli-panel'
import { parseCliCall, parseDuration } from './cli-arguments.ts'
import { readEnv } from './env.ts'

const usage = `Usage:
  token create --name NAME [--expires 30d] [--user EMAIL]
  user reset-password EMAIL
  join-token create --host NAME --out FILE
  host set-port --host NAME --port N [--address ADDR]
  image register --name NAME (--file FILE | --incoming NAME) [--os TEXT] [--firmware bios|uefi]
                 [--default-user NAME] [--min-memory BYTES] [--no-cloud-init] [--wait]
  demo prepare --hosts N --out DIR
  demo fill --from DIR`

async function run(args: readonly string[]): Promise<string> {
  const call = parseCliCall(args)
  await using panel = await openCliPanel(readEnv())
  // Awaited here: a promise that is only handed on would begin when the database is already closed, open it again, and
  // keep this process until that connection has been idle for 10 s.
  return await answer(panel, call)
}

async function answer(panel: CliPanel, call: ReturnType<typeof parseCliCall>): Promise<string> {
  switch (call.command) {
    case 'token create': {
      const expires = call.option('expires')
      const lifeMs = expires === undefined ? null : parseDuration(expires)
      return panel.createToken({ name: call.required('name'), lifeMs, email: call.option('user') })
    }
    case 'user reset-password':
      return panel.resetPassword({ email: call.argument('EMAIL') })
    case 'join-token create':
      return panel.writeJoinToken({ hostName: call.required('host'), path: call.required('out') })
    case 'host set-port':
      return panel.setHostPort({
        hostName: call.required('host'),
        port: Number(call.required('port')),
        address: call.option('address'),
      })
    case 'image register':
      return panel.registerImage({
        name: call.required('name'),
        file: call.option('file'),
        incoming: call.option('incoming'),
        waits: call.has('wait'),
        hints: {
          osName: call.option('os') ?? '',
          firmware: call.option('firmware') ?? 'bios',
          defaultUser: call.option('default-user') ?? '',
          minMemoryBytes: Number(call.option('min-memory') ?? 0),
          hasCloudInit: !call.has('no-cloud-init'),
        },
      })
    case 'demo prepare':
      return panel.prepareDemo({ folder: call.required('out'), hostCount: Number(call.required('hosts')) })
    case 'demo fill':
      return panel.fillDemo({ folder: call.required('from') })
    default:
      throw new AppError('INPUT_INVALID', usage)
  }
}

run(process.argv.slice(2)).then(
  (answer) => process.stdout.write(`${answer}\n`),
  (error: unknown) => {
    process.stderr.write(`${toAppError(error).message}\n`)
    process.exitCode = 1
  },
)
