import type { ReactNode } from 'react'
import type { MachinePower } from './link-state.ts'

/** What both kinds of console are given. */
export interface ConsoleParts {
  vmId: string
  name: string
  machine: MachinePower
  startAction: ReactNode
  /** Choice of console, at the left of the bar. */
  kindSwitch: ReactNode
  /** Power, own window: at the right of the bar. */
  machineTools: ReactNode
}
