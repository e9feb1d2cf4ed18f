import { cn } from './cn.ts'
import { CopyButton } from './copy-button.tsx'

export interface CodeBlockProps {
  code: string
  /** Above the code: "curl", a file's name. */
  title?: string | undefined
  /** Breaks long lines instead of scrolling. */
  wrap?: boolean | undefined
  className?: string | undefined
}

export function CodeBlock({ code, title, wrap = false, className }: CodeBlockProps) {
  return (
    <figure className={cn('border-line bg-sunken overflow-hidden rounded-md border', className)}>
      <figcaption className="border-line text-ink-3 flex h-8 items-center justify-between border-b pr-1 pl-3 text-xs">
        {title ?? 'Code'}
        <CopyButton text={code} label="Copy code" />
      </figcaption>
      <pre
        tabIndex={0}
        className={cn(
          'max-h-96 overflow-auto px-3 py-2.5 font-mono text-xs leading-5 focus-visible:-outline-offset-2',
          wrap && '[overflow-wrap:anywhere] whitespace-pre-wrap',
        )}
      >
        <code>{code}</code>
      </pre>
    </figure>
  )
}
