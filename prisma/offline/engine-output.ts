/** What the CLI reads from an engine: JSON lines, answers on stdout and logs on stderr. */

export interface EngineFailure {
  message: string
  /** One of Prisma's P codes, where the failure has one. */
  code: string | undefined
  meta?: unknown
  backtrace?: string | undefined
}

export function writeAnswer(id: number, result: unknown): void {
  writeMessage({ id, result: result ?? null })
}

export function writeFailure(id: number, { message, code, meta, backtrace }: EngineFailure): void {
  const known = { is_panic: false, message, error_code: code, meta: meta ?? {} }
  const unknown = { is_panic: false, message, backtrace: backtrace ?? null }
  writeMessage({ id, error: { code: 4466, message, data: code === undefined ? unknown : known } })
}

/** The native engine prints through a call back into the CLI, which answers it; our ids for these start at a million. */
export function writePrint(id: number, content: string): void {
  writeMessage({ id: 1_000_000 + id, method: 'print', params: { content } })
}

export function writeLog(level: 'INFO' | 'ERROR', message: string, fields: Record<string, unknown> = {}): void {
  const line = {
    timestamp: new Date().toISOString(),
    level,
    fields: { message, ...fields },
    target: 'schema_engine::logger',
  }
  process.stderr.write(`${JSON.stringify(line)}\n`)
}

function writeMessage(message: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
}
