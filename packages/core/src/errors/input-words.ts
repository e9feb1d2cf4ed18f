/**
 * Words for input that does not fit its schema, where the schema has none of its own: zod's are for programmers, and say a
 * regular expression where a person needs a sentence. Pure; given to zod as its error map.
 */
import type { z } from 'zod'
import { formatBytes } from '../units/bytes.ts'

type RawIssue = z.core.$ZodRawIssue

/** A sentence for the issue; undefined for a kind that only schemas with words of their own raise. */
export function inputWords(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'This is missing.'
        : `Give ${typeWords[issue.expected] ?? issue.expected} here.`
    case 'too_small':
      return smallWords(issue)
    case 'too_big':
      return bigWords(issue)
    case 'not_multiple_of':
      return `Use a multiple of ${amount(issue, issue.divisor)}.`
    case 'invalid_format':
      return formatWords[issue.format] ?? 'This has characters or a form that cannot be used here.'
    case 'unrecognized_keys':
      return `There is no field ${issue.keys.map((key) => `“${key}”`).join(', ')} here.`
    case 'invalid_value':
      return `Use ${listed(issue.values.map(String))}.`
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
      return 'This has none of the forms that are taken here.'
    case 'custom':
      return undefined
  }
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object with fields',
  record: 'an object with fields',
  null: 'nothing',
}

const formatWords: Readonly<Record<string, string>> = {
  uuid: 'This is no id: ids are UUIDs, as lists and answers give them.',
  url: 'This is no web address.',
  email: 'This is no email address.',
  cidrv4: 'Use an IPv4 subnet such as 10.90.0.1/24.',
  datetime: 'Use a time such as 2026-01-31T12:00:00Z.',
}

function smallWords(issue: RawIssue & { code: 'too_small' }): string {
  if (issue.minimum === 1 && issue.origin === 'string') return 'This cannot be empty.'
  if (issue.minimum === 1 && issue.origin === 'array') return 'At least one is needed.'
  return `${issue.inclusive === false ? 'More than' : 'At least'} ${counted(issue, issue.minimum)}.`
}

const bigWords = (issue: RawIssue & { code: 'too_big' }): string =>
  `${issue.inclusive === false ? 'Less than' : 'At most'} ${counted(issue, issue.maximum)}.`

function counted(issue: RawIssue & { code: 'too_small' | 'too_big' }, limit: number | bigint): string {
  if (issue.origin === 'string') return `${limit} characters`
  return issue.origin === 'array' ? `${limit} entries` : amount(issue, limit)
}

/** Sizes are known by their field's name: units are in names. */
function amount(issue: RawIssue, value: number | bigint): string {
  const field = issue.path?.at(-1)
  return typeof field === 'string' && field.endsWith('Bytes') ? formatBytes(Number(value)) : String(value)
}

function listed(values: readonly string[]): string {
  const quoted = values.map((value) => `“${value}”`)
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1) ?? ''}`
}
