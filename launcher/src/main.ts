/** `./berth`: what the command line asks for, and how it ends. Only Node's built-ins are imported before the modules exist. */
import { parseCommandLine, usage, type Command } from './terminal/command-line.ts'
import { LauncherError, systemCodeOf } from './terminal/launcher-error.ts'
import { dataPaths, root } from './data/data-paths.ts'

async function run(command: Command): Promise<number> {
  switch (command.verb) {
    case 'help':
      process.stdout.write(`${usage}\n`)
      return 0
    case 'up': {
      const { up } = await import('./verbs/up.ts')
      await up(command)
      return 0
    }
    case 'down': {
      const { down } = await import('./verbs/down.ts')
      await down(dataPaths(command.dataDir), command.stopMachines)
      return 0
    }
    case 'status': {
      const { showStatus } = await import('./verbs/status.ts')
      return showStatus(dataPaths(command.dataDir), command.asJson)
    }
    case 'logs': {
      const { showLogs } = await import('./verbs/logs.ts')
      await showLogs(dataPaths(command.dataDir), command)
      return 0
    }
    case 'test': {
      const { runRings } = await import('./rings/test-rings.ts')
      return runRings(command.rings)
    }
    case 'bench': {
      const { runBenches } = await import('./rings/bench-runs.ts')
      return runBenches(command.names, command.isQuick)
    }
    case 'token-create': {
      const { createToken } = await import('./verbs/token.ts')
      await createToken(dataPaths(command.dataDir), command.name, command.expires)
      return 0
    }
    case 'user-reset-password': {
      const { resetPassword } = await import('./verbs/reset-password.ts')
      await resetPassword(dataPaths(command.dataDir), command.email)
      return 0
    }
    case 'join': {
      const { joinThisComputer } = await import('./joining/join-this-computer.ts')
      await joinThisComputer(command)
      return 0
    }
    case 'agent': {
      const { runAgentVerb } = await import('./joining/joined-agent-verbs.ts')
      return runAgentVerb(command.action, command.dataDir)
    }
    case 'demo': {
      const { demo } = await import('./verbs/demo.ts')
      await demo(command)
      return 0
    }
    case 'dev': {
      const { dev } = await import('./verbs/dev.ts')
      return dev(command)
    }
  }
}

// `./berth logs | head` closes our output: that is an end, not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

try {
  process.exitCode = await run(parseCommandLine(process.argv.slice(2), { root, cwd: process.cwd() }))
} catch (error) {
  if (error instanceof LauncherError) {
    process.stderr.write(`berth: ${error.message}\n`)
    process.exitCode = error.exitCode
  } else if (error instanceof Error && systemCodeOf(error) !== undefined) {
    // The disk ran full, a file belongs to somebody else: the message names call and path, a stack would bury it.
    process.stderr.write(`berth: ${error.message}\n`)
    process.exitCode = 1
  } else {
    process.stderr.write(`berth: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exitCode = 70
  }
}
