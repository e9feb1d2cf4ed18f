'use client'
import type { ConsoleKind } from '@berth/core/agent-contract/agent-contract'
import { type InputWish, mayType } from '@berth/core/console/console-viewer'
import { useRef, useState } from 'react'
import { seeViewers, type ViewerList, type ViewersSeen, wishAfterReturn } from './console-viewers.ts'
import type { AskForInput } from './hear-viewers.ts'

export interface ConsoleViewers {
  /** Null until the agent has told. Kept over a lost link: whoever only watched does not type when it is back. */
  seen: ViewersSeen | null
  isViewOnly: boolean
  ask: (wish: InputWish) => void
}

interface Known {
  seen: ViewersSeen
  ask: AskForInput
}

export interface ConsoleViewersKept extends ConsoleViewers {
  /** To be called with each list, and `isFirst` for the first of a connection. */
  hear: (list: ViewerList, ask: AskForInput, isFirst: boolean) => void
  /** Of the newest list; for listeners that outlive a render. */
  mayAnswer: () => boolean
}

export function useConsoleViewers(kind: ConsoleKind): ConsoleViewersKept {
  const [known, setKnown] = useState<Known | null>(null)
  const latest = useRef<ViewersSeen | null>(null)
  /** Of an agent that forgot; null once it has answered. */
  const asked = useRef<InputWish | null>(null)
  return {
    seen: known?.seen ?? null,
    isViewOnly: known !== null && !mayType(known.seen.mine.input),
    ask: (wish) => known?.ask(wish),
    hear(list, ask, isFirst) {
      const seen = seeViewers(list, kind)
      if (!seen) return
      const before = latest.current
      if (isFirst) {
        asked.current = before && wishAfterReturn(before.mine.input, seen.mine.input)
        if (asked.current) ask(asked.current)
      }
      // Lists that were on their way before the answer change nothing here: a link that is lost meanwhile asks again.
      if (asked.current && seen.mine.input === 'shares') return
      asked.current = null
      latest.current = seen
      setKnown({ seen, ask })
    },
    mayAnswer: () => latest.current?.mayAnswer ?? true,
  }
}
