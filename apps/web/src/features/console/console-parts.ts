import type { ReactNode } from 'react'
import type { MoveUnderWay } from '../migration/use-move.ts'
import type { MachinePower } from './link-state.ts'

/** What both kinds of console are given. */
export interface ConsoleParts {
  vmId: string
  name: string
  machine: MachinePower
  hostId: string | null
  /** The move that is asked for or under way with it. */
  move: MoveUnderWay | null
  startAction: ReactNode
  /** Choice of console, at the left of the bar. */
  kindSwitch: ReactNode
  /** Power, own window: at the right of the bar. */
  machineTools: ReactNode
}
