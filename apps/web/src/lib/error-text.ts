/**
 * What a reader is told of an error: sentence, specific message, remedy. The one funnel for errors of the panel: forms
 * show it inline, everything else in a toast, a page whose object is gone calls notFound(); never two at once.
 */
import type { WireError } from '@berth/core/errors/app-error'
import { errorCodeInfo, errorCodes, type ErrorCode } from '@berth/core/errors/error-codes'
import { isNoAnswer, isRecord, noAnswerText, wireErrorOf } from './wire-error.ts'

export interface ErrorText {
  code: ErrorCode
  /** The general sentence of the code: a heading. */
  sentence: string
  /** What happened here, with its numbers; null where it would only repeat the sentence. */
  message: string | null
  /** What to do about it. */
  remedy: string
  isRetryable: boolean
}

const lost: ErrorText = {
  code: 'TIMEOUT',
  ...noAnswerText,
  message: null,
  isRetryable: true,
}

/** The text of whatever a query, a mutation or an operation failed with. */
export function errorText(error: unknown): ErrorText {
  const wire = wireErrorOf(error)
  if (wire === null) return isNoAnswer(error) ? lost : textOf({ code: 'INTERNAL', message: '', details: {} })
  return textOf(wire)
}

export const errorCodeOf = (error: unknown): ErrorCode => errorText(error).code

/** One line for a toast's body or an alert: the message where there is one, and what to do. */
export function errorLine(error: unknown): string {
  const { message, remedy } = errorText(error)
  return message === null ? remedy : `${asSentence(message)} ${remedy}`
}

/** A program's own words rarely end in a full stop, and would run into what follows. */
const asSentence = (text: string): string => (/[.!?:…]$/.test(text) ? text : `${text}.`)

/** Messages by field path ("name", "nics.0.networkId") of a refused input; empty for every other error. */
export function fieldErrors(error: unknown): Readonly<Record<string, string>> {
  const wire = wireErrorOf(error)
  const issues = wire?.details['issues']
  const found: Record<string, string> = {}
  if (Array.isArray(issues)) issues.forEach((issue: unknown) => addIssue(found, issue))
  const field = wire?.details['field']
  if (wire && typeof field === 'string') found[field] ??= withoutPath(wire.message, field)
  if (wire?.code === 'NAME_TAKEN' || wire?.code === 'NAME_INVALID') found['name'] ??= withoutPath(wire.message, 'name')
  return found
}

function addIssue(found: Record<string, string>, issue: unknown): void {
  if (!isRecord(issue)) return
  const { path, message } = issue
  if (typeof path === 'string' && typeof message === 'string') found[path] ??= message
}

const withoutPath = (message: string, path: string): string =>
  message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message

function textOf(wire: WireError): ErrorText {
  const code = Object.hasOwn(errorCodes, wire.code) ? wire.code : 'INTERNAL'
  const { sentence, remedy, isRetryable } = errorCodeInfo(code)
  const repeats = wire.message === '' || wire.message === sentence
  return { code, sentence, message: repeats ? null : wire.message, remedy, isRetryable }
}
