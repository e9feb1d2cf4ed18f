'use client'
import type { ConsoleViewer } from '@berth/core/console/console-viewer'
import { Avatar } from '@berth/ui/avatar'
import { Button } from '@berth/ui/button'
import { Popover } from '@berth/ui/popover'
import { RelativeTime } from '@berth/ui/relative-time'
import { Users } from 'lucide-react'
import { plural } from '../../lib/format.ts'
import { inputText, nameOfViewer } from './console-viewers.ts'
import type { ConsoleViewers } from './use-console-viewers.ts'

const kindText = { screen: 'Screen', serial: 'Serial' } as const

/** Who else is at this machine's consoles, since when, and who types; and the way to be the only one. */
export function ViewersMenu({ viewers }: { viewers: ConsoleViewers }) {
  const { seen, ask } = viewers
  if (!seen || seen.others.length === 0) return null
  const { mine, others } = seen
  const count = others.length + 1
  const holds = mine.input === 'holds'
  const isAlone = !others.some(({ kind }) => kind === mine.kind)
  return (
    <Popover
      label="Who else watches"
      trigger={
        <Button
          size="sm"
          variant="ghost"
          aria-label={`${plural(count, 'viewer')}${holds ? ', only you type' : ''}`}
          className={holds ? 'bg-accent-soft text-accent-ink px-2' : 'px-2'}
        >
          <Users aria-hidden />
          <span className="max-sm:hidden">
            {plural(count, 'viewer')}
            {holds && ' · only you type'}
          </span>
          <span className="sm:hidden">{count}</span>
        </Button>
      }
    >
      <ul className="flex max-h-72 flex-col gap-0.5 overflow-y-auto p-1">
        {[mine, ...others].map((viewer) => (
          <ViewerRow key={`${viewer.kind} ${viewer.seatId}`} viewer={viewer} mine={mine} />
        ))}
      </ul>
      <div className="border-line flex items-center gap-3 border-t px-3 py-2.5">
        <p className="text-ink-2 flex-1 text-xs text-balance">{holds ? sharingText : holdingText}</p>
        {holds ? (
          <Button size="sm" onClick={() => ask('share')}>
            Let all type
          </Button>
        ) : (
          <Button
            size="sm"
            disabledReason={isAlone ? 'Nobody else is at this console' : null}
            onClick={() => ask('hold')}
          >
            Take over
          </Button>
        )}
      </div>
    </Popover>
  )
}

const holdingText = 'Taking over lets only you type. The others go on watching; nobody is cut.'
const sharingText = 'Only you type. The others watch until you let them, or leave.'

function ViewerRow({ viewer, mine }: { viewer: ConsoleViewer; mine: ConsoleViewer }) {
  return (
    <li className="flex items-center gap-2.5 rounded-sm px-2 py-1.5">
      <Avatar name={viewer.name} />
      <span className="min-w-0 flex-1">
        <span className="block truncate text-sm font-medium">{nameOfViewer(viewer, mine)}</span>
        <span className="text-ink-3 block text-xs">
          {kindText[viewer.kind]} · {inputText[viewer.input]} · <RelativeTime at={viewer.since} show="elapsed" />
        </span>
      </span>
    </li>
  )
}
