/** Questions to a QEMU without a machine, over QMP on its stdin and stdout; it lives as long as they last. */
import { AppError } from '@berth/core/errors/app-error'
import { runCommand } from '../exec/run-command.ts'
import { LineFramer, maxQmpLineBytes, parseJsonLine } from '../qmp/line-framer.ts'
import { parseQmpMessage, type QmpGreeting } from '../qmp/qmp-message.ts'

export interface QemuQuestion {
  readonly execute: string
  readonly arguments?: unknown
}

export interface QemuAnswers {
  readonly greeting: QmpGreeting
  /** What each question returns, in their order; undefined for one that is refused. */
  readonly answers: readonly unknown[]
}

export interface AskQemuOptions {
  readonly binary: string
  /** Besides those that make it one without a machine. */
  readonly args?: readonly string[]
  readonly questions: readonly QemuQuestion[]
  readonly signal?: AbortSignal | undefined
}

const timeoutMs = 15_000

/**
 * Throws COMMAND_FAILED (no such program, or it does not run; with its last lines), COMMAND_TIMEOUT, OPERATION_CANCELLED,
 * QMP_PROTOCOL (it does not answer as QEMU does).
 */
export async function askQemu({ binary, args = [], questions, signal }: AskQemuOptions): Promise<QemuAnswers> {
  const framer = new LineFramer()
  const answers: unknown[] = []
  const asked = [{ execute: 'qmp_capabilities' }, ...questions]
  let greeting: QmpGreeting | undefined
  await runCommand({
    file: binary,
    args: ['-machine', 'none', ...args, '-nodefaults', '-no-user-config', '-display', 'none', '-S', '-qmp', 'stdio'],
    input: linesOf(asked),
    converse: (chunk) => {
      for (const line of framer.push(chunk)) {
        const message = parseQmpMessage(parseJsonLine(line))
        if (message.kind === 'greeting') greeting = message.greeting
        else if (message.kind !== 'event') answers.push(message.kind === 'return' ? message.value : undefined)
      }
      // Not before all is read: QEMU quits with the rest of an answer unwritten, where its reader is slow.
      return answers.length === asked.length ? linesOf([{ execute: 'quit' }]) : undefined
    },
    timeoutMs,
    maxOutputBytes: maxQmpLineBytes,
    signal,
  })
  if (greeting === undefined) throw new AppError('QMP_PROTOCOL', `${binary} does not answer as QEMU does`)
  return { greeting, answers: answers.slice(1) }
}

const linesOf = (questions: readonly QemuQuestion[]): string =>
  questions.map((question) => `${JSON.stringify(question)}\n`).join('')
