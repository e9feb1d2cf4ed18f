'use client'
import { InlineAlert } from '@berth/ui/inline-alert'
import { Skeleton } from '@berth/ui/skeleton'
import { useNow } from '@berth/ui/ticking-clock'
import type { MoveView } from '@berth/core/migration/move-view'
import { isOperationEnded } from '@berth/core/operation/operation-ended'
import type { OperationView } from '@berth/core/operation/operation'
import { ArrowRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { useOnScreen } from '../../lib/events/events-provider.tsx'
import { formatDuration } from '../../lib/format.ts'
import { CapSlider } from './cap-slider.tsx'
import { deckState, figuresAgeMs, phasesOf } from './deck-state.ts'
import { DiskBars } from './disk-bars.tsx'
import { LadderLog } from './ladder-log.tsx'
import { MoveFigures } from './move-figures.tsx'
import { MoveOutcome } from './move-outcome.tsx'
import { phaseText } from './move-words.ts'
import { passesOf } from './pass-bars.ts'
import { PassChart } from './pass-chart.tsx'
import { PassTable } from './pass-table.tsx'
import { PhaseStrip } from './phase-strip.tsx'
import { useMove } from './use-move.ts'

/** A move while it works and long after: phases, passes, rates, and how it ended. Fits a dialog, a page and a drawer. */
export function FlightDeck({ operationId }: { operationId: string }) {
  const { task, move, heardAtMs, error } = useMove(operationId)
  useOnScreen(operationId)
  if (task === undefined || move === undefined) {
    if (error === null) return <Skeleton className="h-72 rounded-lg" />
    return <InlineAlert tone="bad">The figures of this move cannot be read. {errorLine(error)}</InlineAlert>
  }
  return <Deck task={task} move={move} heardAtMs={heardAtMs} />
}

function Deck({ task, move, heardAtMs }: { task: OperationView; move: MoveView; heardAtMs: number }) {
  const { phase, end } = deckState(task, move)
  const { progress, report } = move
  const isOver = isOperationEnded(task.status)
  return (
    <section aria-label={task.title} className="@container flex flex-col gap-5">
      <Route move={move}>
        <Age task={task} move={move} heardAtMs={heardAtMs} />
      </Route>
      <PhaseStrip phases={phasesOf(move, end)} current={phase} end={end} />
      {end === 'running' && (
        <p role="status" className="text-ink-2 text-center text-sm empty:hidden">
          {phase === null ? task.progressText : phaseText(phase, move)}
        </p>
      )}
      <MoveOutcome task={task} move={move} />
      <DiskBars move={move} isOver={isOver} />
      {!move.isOff && (
        <div className={report === null ? sideBySide : ''}>
          <section aria-label="Passes" className="flex min-w-0 flex-col gap-2">
            <h3 className="text-sm font-medium">Bytes of each pass over the memory</h3>
            <PassChart move={move} />
            <PassTable passes={passesOf(move)} />
          </section>
          {report === null && <MoveFigures progress={ofMemory(progress)} isOver={isOver} />}
        </div>
      )}
      {end === 'running' && progress?.phase === 'memory' && <CapSlider vmId={move.vmId} progress={progress} />}
      {!move.isOff && <LadderLog policy={move.policy} progress={progress} isOver={isOver} />}
    </section>
  )
}

/** While disks are copied there is nothing to measure of the memory yet: no figure is not a figure of 0. */
const ofMemory = (progress: MoveView['progress']) => (progress?.phase === 'disks' ? null : progress)

const sideBySide = 'grid gap-x-8 gap-y-5 @2xl:grid-cols-[minmax(0,1.35fr)_minmax(16rem,1fr)]'

function Route({ move, children }: { move: MoveView; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 text-sm">
      <p className="flex min-w-0 items-center gap-2 font-medium">
        <span className="sr-only">From </span>
        <span className="truncate">{move.source.name}</span>
        <ArrowRight aria-hidden className="text-ink-3 size-4 shrink-0" />
        <span className="sr-only"> to </span>
        <span className="truncate">{move.target.name}</span>
      </p>
      {children}
    </div>
  )
}

function Age({ task, move, heardAtMs }: { task: OperationView; move: MoveView; heardAtMs: number }) {
  const age = figuresAgeMs(task, move, { heardAtMs, nowMs: useNow() })
  if (age === null) return null
  return <p className="text-warn-ink text-xs">These figures are {formatDuration(age)} old</p>
}
