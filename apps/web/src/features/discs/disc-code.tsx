'use client'
import { CodeBlock } from '@berth/ui/code-block'
import { curlOf } from '../../lib/show-code.ts'

/** The call that the dialog makes, folded: for whoever wants to script it. */
export function DiscCode({ procedure, input }: { procedure: 'vm.insertDisc' | 'vm.ejectDisc'; input: object }) {
  return (
    <details className="text-sm">
      <summary className="text-ink-2 hover:text-ink w-fit cursor-pointer">Show me the code</summary>
      <div className="mt-2">
        <CodeBlock title="curl" code={curlOf(window.location.origin, procedure, input)} />
      </div>
    </details>
  )
}
