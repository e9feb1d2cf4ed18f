import { errorCodeNames, errorCodes, type ErrorKind } from './error-codes.ts'

const kindTitles: Readonly<Record<ErrorKind, string>> = {
  invalid: 'The request is wrong',
  unauthenticated: 'Nobody is signed in',
  forbidden: 'Not allowed',
  notFound: 'Not there',
  conflict: 'Not possible now',
  limit: 'Too much',
  unavailable: 'Something is away',
  failed: 'It was tried and did not work',
  internal: 'Our fault',
}

/** docs/errors.md: the closed list of codes as Markdown, grouped by kind. Pure. */
export function renderErrorsDocument(): string {
  const sections = Object.entries(kindTitles).map(([kind, title]) => {
    const rows = errorCodeNames
      .filter((name) => errorCodes[name].kind === kind)
      .map((name) => {
        const { sentence, remedy, isRetryable } = errorCodes[name]
        return `| \`${name}\` | ${sentence} | ${remedy} | ${isRetryable ? 'yes' : ''} |`
      })
    return [`## ${title}`, '', '| code | cause | remedy | repeat |', '| --- | --- | --- | --- |', ...rows].join('\n')
  })
  const intro =
    'Generated from `packages/core/src/errors/error-codes.ts` by its test. Machines compare codes; the sentences are for people.'
  return `# Errors\n\n${intro}\n\n${sections.join('\n\n')}\n`
}
