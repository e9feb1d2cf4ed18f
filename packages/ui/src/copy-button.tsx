'use client'
import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { IconButton } from './icon-button.tsx'

export interface CopyButtonProps {
  text: string
  label?: string | undefined
  className?: string | undefined
}

export function CopyButton({ text, label = 'Copy', className }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<'copied' | 'failed' | null>(null)

  useEffect(() => {
    if (outcome === null) return
    const timer = setTimeout(() => setOutcome(null), 1600)
    return () => clearTimeout(timer)
  }, [outcome])

  const copy = () => {
    copyText(text).then(
      () => setOutcome('copied'),
      () => setOutcome('failed'),
    )
  }
  const said =
    outcome === 'copied' ? 'Copied' : outcome === 'failed' ? 'The browser refused; select and copy by hand' : label
  return (
    <>
      <IconButton label={said} size="sm" onClick={copy} className={className ?? 'size-6'}>
        {outcome === 'copied' ? <Check className="text-ok size-3.5!" /> : <Copy className="size-3.5!" />}
      </IconButton>
      <span role="status" className="sr-only">
        {outcome === null ? '' : said}
      </span>
    </>
  )
}

/** navigator.clipboard is there on https and localhost only; a panel reached by a plain IP needs the old way. */
async function copyText(text: string): Promise<void> {
  if (window.isSecureContext) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  area.style.position = 'fixed'
  area.style.opacity = '0'
  // Inside an open dialog the focus trap would take the selection back.
  const host = document.querySelector('[role="dialog"]') ?? document.body
  host.append(area)
  area.select()
  const worked = document.execCommand('copy')
  area.remove()
  if (!worked) throw new Error('copy refused')
}
