import pg from 'pg'
import { writeLog } from './engine-output.ts'
import { createDatabase } from './scratch-database.ts'

/** Runs `schema-engine cli <command>`: how the CLI asks whether a database is there, and makes it. Returns the exit code. */
export async function runEngineCommand(command: string | undefined, url: string): Promise<number> {
  // The CLI drops the first line of these commands' output.
  writeLog('INFO', 'Starting schema engine CLI')
  try {
    switch (command) {
      case 'can-connect-to-database':
        await tryToConnect(url)
        writeLog('INFO', 'Connection successful')
        return 0
      case 'create-database':
        await createDatabase(url)
        return 0
      default:
        throw new Error(`This engine has no command ${command ?? '(none)'}`)
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    writeLog('ERROR', message, { is_panic: false, error_code: prismaCodeOf(error), message, backtrace: '' })
    return 1
  }
}

async function tryToConnect(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.end()
}

/** P1003: no such database, P1000: refused by password, P1001: everything else that keeps us from connecting. */
function prismaCodeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === '3D000') return 'P1003'
  return code === '28P01' ? 'P1000' : 'P1001'
}
