'use client'
import { useLiveState } from '../../lib/events/events-provider.tsx'
import { LiveIndicator } from './live-indicator.tsx'

/** The live indicator with this tab's stream; nothing until the first connection is settled. */
export function HeaderLive() {
  const state = useLiveState()
  return state.kind === 'connecting' ? null : <LiveIndicator state={state} />
}
