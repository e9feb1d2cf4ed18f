/** What an error's details hold for people: a program's last lines, and plain facts by name. */
import type { WireError } from '@berth/core/errors/app-error'

export interface ErrorFacts {
  lastLines: readonly string[]
  facts: readonly { name: string; value: string }[]
}

export function errorFactsOf(details: WireError['details']): ErrorFacts {
  const { lastLines, issues: _shownByFields, ...rest } = details
  const facts = Object.entries(rest).flatMap(([name, value]) => {
    const text = plainText(value)
    return text === null ? [] : [{ name: inWords(name), value: text }]
  })
  return { lastLines: isTextList(lastLines) ? lastLines : [], facts }
}

/** The error and what it was caused by, outermost first. */
export function causeChain(error: WireError): WireError[] {
  return error.cause === undefined ? [error] : [error, ...causeChain(error.cause)]
}

function plainText(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (value === null || value === undefined) return null
  return isTextList(value) ? value.join(', ') : JSON.stringify(value)
}

const isTextList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((line) => typeof line === 'string')

/** "exitCode" to "exit code" */
const inWords = (name: string): string =>
  name.replace(/([a-z])([A-Z])/g, (_match, a: string, b: string) => `${a} ${b.toLowerCase()}`)
