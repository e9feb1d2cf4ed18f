import { cn } from '@berth/ui/cn'
import { CodeBlock } from '@berth/ui/code-block'
import { CopyButton } from '@berth/ui/copy-button'
import type { WireError } from '@berth/core/errors/app-error'
import { CircleAlert } from 'lucide-react'
import { errorText } from '../../lib/error-text.ts'
import { causeChain, errorFactsOf } from './error-facts.ts'

const boxes = { bad: 'border-bad/25 bg-bad-soft', warn: 'border-warn/30 bg-warn-soft' }

/** Why something failed: sentence, what happened here, what to do, a program's last lines, and the causes folded below. */
export function TaskError({ error, tone = 'bad' }: { error: WireError; tone?: 'bad' | 'warn' }) {
  const { sentence, message, remedy, code } = errorText(error)
  const causes = causeChain(error).slice(1)
  return (
    <div role="alert" className={cn('flex flex-col gap-3 rounded-md border p-3 text-sm', boxes[tone])}>
      <div className="flex gap-2.5">
        <CircleAlert
          aria-hidden
          className={cn('mt-0.5 size-4 shrink-0', tone === 'bad' ? 'text-bad-ink' : 'text-warn-ink')}
        />
        <div className="min-w-0 flex-1 [overflow-wrap:anywhere]">
          <p className="font-medium">{sentence}</p>
          {message !== null && <p className="text-ink-2 mt-0.5">{message}</p>}
          <p className="mt-1.5">{remedy}</p>
          <p className="text-ink-3 mt-1 flex items-center gap-1 font-mono text-xs">
            {code}
            <CopyButton text={code} label="Copy error code" />
          </p>
        </div>
      </div>
      <ErrorDetails error={error} />
      {causes.length > 0 && (
        <details className="text-xs">
          <summary className="text-ink-2 hover:text-ink cursor-pointer">What caused it</summary>
          <ol className="mt-2 flex flex-col gap-2">
            {causes.map((cause, index) => (
              <li key={index} className="border-line border-l-2 pl-3">
                <p className="[overflow-wrap:anywhere]">
                  <span className="text-ink-3 font-mono">{cause.code}</span> {cause.message}
                </p>
                <ErrorDetails error={cause} />
              </li>
            ))}
          </ol>
        </details>
      )}
    </div>
  )
}

function ErrorDetails({ error }: { error: WireError }) {
  const { lastLines, facts } = errorFactsOf(error.details)
  return (
    <>
      {facts.length > 0 && (
        <dl className="text-ink-2 flex flex-wrap gap-x-4 gap-y-1 text-xs">
          {facts.map((fact) => (
            <div key={fact.name} className="[overflow-wrap:anywhere]">
              <dt className="text-ink-3 inline">{fact.name} </dt>
              <dd className="inline font-mono">{fact.value}</dd>
            </div>
          ))}
        </dl>
      )}
      {lastLines.length > 0 && <CodeBlock title="Last lines" code={lastLines.join('\n')} wrap className="bg-surface" />}
    </>
  )
}
